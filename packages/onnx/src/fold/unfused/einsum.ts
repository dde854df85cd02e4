import { sizeOf } from '@lowbit/core/adapter';
import type { EditableGraph } from '../../graph/editable-graph.js';
import { makeNode } from '../../graph/make-node.js';
import { equationOf } from '../../operators/equation.js';
import type { NodeProto } from '../../schema/proto.js';

/** An equation that is the product of rows with a matrix, but for the axes that either is cut into. */
interface RowsByMatrix {
  /** Labels of the first factor that are not summed over, which stand in front. */
  readonly rows: string;
  /** Labels that are summed over, at the end of the first factor and at one end of the second. */
  readonly summed: string;
  /** Labels of the second factor alone. */
  readonly columns: string;
  /** Whether the second factor begins with its own labels. */
  readonly flipped: boolean;
  readonly result: string;
}

/**
 * `Einsum` with a constant second factor as `MatMul`, with reshapes around it where rows or columns are several axes, and a
 * transpose behind it where the result has them in another order; `undefined` for other equations.
 */
export function unfusedEinsum(node: NodeProto, graph: EditableGraph): readonly NodeProto[] | undefined {
  const [x = '', weight = ''] = node.input;
  const dims = graph.constantType(weight)?.dims;
  const found = dims && node.input.length === 2 ? rowsByMatrix(node, dims.length) : undefined;
  if (dims === undefined || found === undefined) return undefined;
  const { rows, summed, columns, flipped, result } = found;
  const output = node.output[0] as string;
  const [own, inner] = flipped
    ? [dims.slice(0, columns.length), dims.slice(columns.length)]
    : [dims.slice(summed.length), dims.slice(0, summed.length)];
  const product = rows + columns;
  const isTransposed = result !== product;
  const step = stepper(graph, output);
  const matrix = step('Reshape', weight, 'matrix', dims.length > 2, {
    shape: flipped ? [sizeOf(own), sizeOf(inner)] : [sizeOf(inner), sizeOf(own)],
  });
  const turned = step('Transpose', matrix, 'turned', flipped, { perm: [1, 0] });
  const lines = step('Reshape', x, 'rows', summed.length > 1, {
    shape: [...[...rows].map(() => 0), sizeOf(inner)],
  });
  const isCut = columns.length > 1;
  const values = graph.newName(`${output}_product`);
  step.nodes.push(
    makeNode({ op: 'MatMul', inputs: [lines, turned], outputs: [isCut || isTransposed ? values : output] }),
  );
  const cut = step('Reshape', values, isTransposed ? 'cut' : '', isCut, {
    shape: [...[...rows].map(() => 0), ...own],
  });
  if (isTransposed)
    step('Transpose', cut, '', true, { perm: [...result].map((label) => product.indexOf(label)) });
  return step.nodes;
}

function rowsByMatrix(node: NodeProto, rank: number): RowsByMatrix | undefined {
  const { operands, result } = equationOf(node);
  const [first = '', second = ''] = operands;
  if (second.includes('.') || second.length !== rank || new Set(second).size !== rank) return undefined;
  const summed = [...second].filter((label) => !result.includes(label)).join('');
  const columns = [...second].filter((label) => result.includes(label)).join('');
  const rows = first.slice(0, first.length - summed.length);
  const flipped = second === columns + summed;
  const isProduct =
    summed !== '' &&
    columns !== '' &&
    rows !== '' &&
    first === rows + summed &&
    (flipped || second === summed + columns);
  const distinct = new Set(rows + summed + columns).size === rows.length + rank;
  if (!isProduct || !distinct || [...result].sort().join('') !== [...rows, ...columns].sort().join(''))
    return undefined;
  // How many axes an ellipsis stands for is not known: they may stay where they are alone.
  const staysInPlace =
    !rows.includes('.') || (result === rows + columns && columns.length === 1 && summed.length === 1);
  return staysInPlace ? { rows, summed, columns, flipped, result } : undefined;
}

/** Adds a node where it is needed, and gives the name of what comes out; an empty part stands for the result. */
function stepper(graph: EditableGraph, output: string) {
  const nodes: NodeProto[] = [];
  const step = (
    op: 'Reshape' | 'Transpose',
    from: string,
    part: string,
    isNeeded: boolean,
    { shape, perm }: { readonly shape?: readonly number[]; readonly perm?: readonly number[] },
  ): string => {
    if (!isNeeded) return from;
    const to = part === '' ? output : graph.newName(`${output}_${part}`);
    const list = shape && graph.addIntegers(`${to}_shape`, shape.map(BigInt));
    nodes.push(
      makeNode({
        op,
        inputs: list === undefined ? [from] : [from, list],
        outputs: [to],
        attributes: perm === undefined ? {} : { perm },
      }),
    );
    return to;
  };
  return Object.assign(step, { nodes });
}
