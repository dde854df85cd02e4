import { integerAttribute } from '../graph/attributes.js';
import { makeNode } from '../graph/make-node.js';
import { sizeOf } from '@lowbit/core/adapter';
import type { NodeProto } from '../schema/proto.js';
import { changeOf, type ConvertedGraph, type Converter, dropAttributes } from './converter.js';

/** Operators on two operands, whose second one lay on some axes of the first until numpy's rules came. */
const pairs = ['Add', 'And', 'Div', 'Equal', 'Greater', 'Less', 'Mul', 'Or', 'Pow', 'Sub', 'Xor'];

const rankUnknown = 'the file does not tell how many axes its operands have';

const unknownRank = (axes: number | undefined): string | undefined =>
  axes === undefined ? rankUnknown : undefined;

/**
 * Operands of other shapes than each other's. Up to version 6 the second is the smaller one, with `broadcast`; its axes
 * are those of the first from `axis` on, counted from the end below 0, without `axis` the last ones. Version 7 lays all on the last axes.
 */
export const broadcasting: readonly Converter[] = [
  ...changeOf(pairs, {
    since: 7,
    unfit: (node, graph) => unknownRank(axesBehind(node, graph)),
    convert(node, graph) {
      widen(node, axesBehind(node, graph) ?? 0, graph);
      dropAttributes(node, 'broadcast', 'axis');
    },
  }),
  { op: 'Gemm', since: 7, convert: (node) => dropAttributes(node, 'broadcast') },
  {
    op: 'PRelu',
    since: 7,
    unfit: (node, graph) => unknownRank(axesBehindSlope(node, graph)),
    convert: (node, graph) => widen(node, axesBehindSlope(node, graph) ?? 0, graph),
  },
];

/** How many axes of the first operand lie behind those of the second. */
function axesBehind(node: NodeProto, graph: ConvertedGraph): number | undefined {
  const axis = integerAttribute(node, 'axis', -1);
  const [first = '', second = ''] = node.input;
  if (integerAttribute(node, 'broadcast', 0) === 0 || axis === -1 || isSingle(second, graph)) return 0;
  const [all, some] = [graph.rank(first), graph.rank(second)];
  if (all === undefined || some === undefined) return undefined;
  return Math.max(0, (axis < 0 ? 0 : all) - some - axis);
}

/** The same of a slope, one number for each channel, which is the second axis. */
function axesBehindSlope(node: NodeProto, graph: ConvertedGraph): number | undefined {
  const [x = '', slope = ''] = node.input;
  if (isSingle(slope, graph)) return 0;
  const some = graph.rank(slope);
  if (some !== 1) return some === undefined ? undefined : 0;
  const all = graph.rank(x);
  return all === undefined ? undefined : Math.max(0, all - 2);
}

function isSingle(name: string, { edit }: ConvertedGraph): boolean {
  const type = edit.constantType(name);
  return type !== undefined && sizeOf(type.dims) === 1;
}

/** Appends axes of size 1 to the second operand. */
function widen(node: NodeProto, count: number, { edit, rank }: ConvertedGraph): void {
  if (count === 0) return;
  const second = node.input[1] as string;
  const from = rank(second) as number;
  const axes = Array.from({ length: count }, (_, index) => from + index);
  const wide = edit.newName(`${second}_wide`);
  const unsqueeze = makeNode({ op: 'Unsqueeze', inputs: [second], outputs: [wide], attributes: { axes } });
  edit.replace(node, [unsqueeze, node]);
  edit.setInput(node, 1, wide);
}
