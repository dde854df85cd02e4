import type { GraphOrder } from '../model/check-graph.js';
import type { OnnxModel } from '../model/model.js';
import { writeBodies } from '../model/function-body.js';
import { hasReferences } from '../graph/attributes.js';
import type { EditableGraph } from '../graph/editable-graph.js';
import { modelEditor } from '../graph/model-editor.js';
import { chainOperator, dataInputs } from '../operators/moves/chain-operators.js';
import { operatorOf } from '../operators/operators.js';
import { DataType, type NodeProto } from '../schema/proto.js';
import { isStandard } from '../graph/scope.js';
import { oldestOpset } from '../target/versions.js';
import { pairs, singles } from './elementwise.js';
import { foldNode } from './fold-node.js';

/** More operators than this lie between no constant and the weight that is made of it. */
const longestPath = 64;

/** Whether {@link foldWeights} would change a model. */
export const computesWeights = (model: OnnxModel, order: GraphOrder): boolean => {
  const editor = modelEditor(model, { order });
  return [...order.keys()].some(
    (graph) => computedWeights(editor.graph(graph), editor.opsetOf(graph)).size > 0,
  );
};

/**
 * Computes weights that arithmetic makes of constants alone, as of a matrix times a number, in the model itself: each becomes one
 * constant. What only moves or casts a weight stays, and so does everything else.
 *
 * @param order Of this very model.
 * @returns The order of the nodes from then on.
 */
export function foldWeights(model: OnnxModel, order: GraphOrder): GraphOrder {
  const editor = modelEditor(model, { order });
  const changed = [...order.keys()].filter((graph) => {
    const editable = editor.graph(graph);
    const opset = editor.opsetOf(graph);
    const nodes = computedWeights(editable, opset);
    const folded = editable.nodes().filter((node) => nodes.has(node) && foldNode(node, editable, opset));
    if (folded.length > 0) editable.apply();
    return folded.length > 0;
  });
  if (changed.length === 0) return order;
  writeBodies(model.proto);
  return new Map([...order, ...changed.map((graph) => [graph, graph.node] as const)]);
}

/** The nodes that compute weights, up to the last one that is arithmetic, and all before them. */
function computedWeights(graph: EditableGraph, opset: number): ReadonlySet<NodeProto> {
  const found = new Set<NodeProto>();
  if (opset < oldestOpset) return found;
  for (const node of graph.nodes()) {
    if (hasReferences(node)) continue;
    for (const { input } of operatorOf(node)?.roles(node) ?? []) {
      const last = lastArithmetic(node.input[input] ?? '', graph);
      const made = last && madeOf(last.output[0] ?? '', graph);
      made?.forEach((one) => found.add(one));
    }
  }
  return found;
}

/** The arithmetic that a weight comes from, past operators that only move or cast it. */
function lastArithmetic(name: string, graph: EditableGraph): NodeProto | undefined {
  let node = graph.producer(name);
  for (let steps = 0; node !== undefined && steps < longestPath; steps++) {
    if (isArithmetic(node)) return node;
    if (chainOperator(node) === undefined) return undefined;
    node = graph.producer(node.input[0] ?? '');
  }
  return undefined;
}

const isArithmetic = (node: NodeProto): boolean =>
  (pairs.has(node.opType) || singles.has(node.opType)) && isStandard(node, node.opType);

/** The nodes that make a value of float constants alone; `undefined` where it is made of anything else, such as codes. */
function madeOf(name: string, graph: EditableGraph, steps = longestPath): readonly NodeProto[] | undefined {
  const constant = graph.constantType(name);
  if (constant !== undefined) return isComputedWith(constant.type) ? [] : undefined;
  const node = graph.producer(name);
  if (node === undefined || steps === 0) return undefined;
  const inputs = isArithmetic(node) ? node.input.map((_, at) => at) : dataOf(node, graph);
  const parts = inputs?.map((at) => madeOf(node.input[at] ?? '', graph, steps - 1));
  if (parts === undefined || !parts.every((part) => part !== undefined)) return undefined;
  return [...parts.flat(), node];
}

const isComputedWith = (type: number): boolean => type === DataType.FLOAT || type === DataType.FLOAT16;

/**
 * The inputs with data of a node that moves or casts values by constant lists; `undefined` for others. Rows that a `Gather` takes may
 * be those of a codebook.
 */
function dataOf(node: NodeProto, graph: EditableGraph): readonly number[] | undefined {
  if (chainOperator(node) === undefined || node.opType === 'Gather') return undefined;
  const data = dataInputs(node);
  const known = (name: string, at: number) => name === '' || data.includes(at) || graph.isConstant(name);
  return node.input.every(known) ? data : undefined;
}
