import type { GraphOrder } from '../model/check-graph.js';
import type { OnnxModel } from '../model/model.js';
import { writeBodies } from '../model/function-body.js';
import { hasReferences } from '../graph/attributes.js';
import type { EditableGraph } from '../graph/editable-graph.js';
import { modelEditor } from '../graph/model-editor.js';
import { isStandard } from '../graph/scope.js';
import { chainOperator, dataInputs } from '../operators/moves/chain-operators.js';
import { operatorOf } from '../operators/operators.js';
import type { NodeProto, TensorProto } from '../schema/proto.js';
import { oldestOpset } from '../target/versions.js';
import { type Budget, constantCone, foldCone } from './constant-cone.js';
import { computes } from './evaluate/evaluate.js';

/** More operators than this move no weight. */
const longestPath = 64;

/** Values that are computed at most, products of which they are summed included: seconds. */
const mostComputed = 2 ** 32;

/** Whether {@link foldWeights} may change a model. */
export const computesWeights = (model: OnnxModel, order: GraphOrder): boolean => {
  const editor = modelEditor(model, { order });
  return [...order.keys()].some((graph) => {
    const editable = editor.graph(graph);
    return [...weightMakers(editable, editor.opsetOf(graph))].some((node) => constantCone(node, editable));
  });
};

/**
 * Computes weights that operators make of constants alone, as a matrix times a number or several that are joined, in the model itself:
 * each becomes one constant. What only moves or casts a weight stays, and so does everything else.
 *
 * @param order Of this very model.
 * @returns The order of the nodes from then on.
 */
export function foldWeights(model: OnnxModel, order: GraphOrder): GraphOrder {
  const editor = modelEditor(model, { order });
  const budget = { left: mostComputed };
  const changed = [...order.keys()].filter((graph) => {
    const editable = editor.graph(graph);
    const folded = foldMakers(editable, editor.opsetOf(graph), budget);
    if (folded) editable.apply();
    return folded;
  });
  if (changed.length === 0) return order;
  writeBodies(model.proto);
  return new Map([...order, ...changed.map((graph) => [graph, graph.node] as const)]);
}

/** The constants in other files that weights are made of, which have to be read before {@link foldWeights}. */
export function outsideConstants(model: OnnxModel, order: GraphOrder): readonly TensorProto[] {
  const editor = modelEditor(model, { order });
  return [...order.keys()].flatMap((graph) => {
    const editable = editor.graph(graph);
    const makers = [...weightMakers(editable, editor.opsetOf(graph))];
    const leaves = makers.flatMap((node) => constantCone(node, editable)?.leaves ?? []);
    const outside = new Set(leaves.filter((name) => editable.isExternal(name)));
    return graph.initializer.filter(({ name }) => outside.has(name));
  });
}

function foldMakers(graph: EditableGraph, opset: number, budget: Budget): boolean {
  const makers = weightMakers(graph, opset);
  const inOrder = graph.nodes().filter((node) => makers.has(node));
  const folded = inOrder.filter((node) => {
    const cone = constantCone(node, graph);
    return cone !== undefined && foldCone(cone, graph, opset, budget);
  });
  return folded.length > 0;
}

/** The nodes that compute weights, or the lists by which operators move them, of constants alone. */
function weightMakers(graph: EditableGraph, opset: number): ReadonlySet<NodeProto> {
  const found = new Set<NodeProto>();
  const constant = opset < oldestOpset ? found : madeOfConstants(graph);
  if (constant.size === 0) return found;
  for (const node of graph.nodes()) {
    if (hasReferences(node)) continue;
    for (const { input } of operatorOf(node)?.roles(node) ?? [])
      addMakers(graph.producer(node.input[input] ?? ''), graph, found);
  }
  return new Set([...found].filter((node) => constant.has(node)));
}

/** The nodes whose values follow from constants. Looked for once, in order: a way back from each node would take far longer. */
function madeOfConstants(graph: EditableGraph): ReadonlySet<NodeProto> {
  const made = new Set<NodeProto>();
  const isMade = (name: string) => {
    const producer = graph.producer(name);
    return name === '' || graph.isConstant(name) || (producer !== undefined && made.has(producer));
  };
  for (const node of graph.nodes()) if (node.input.every(isMade)) made.add(node);
  return made;
}

/** From a weight back, past operators that only move or cast it. */
function addMakers(weight: NodeProto | undefined, graph: EditableGraph, found: Set<NodeProto>): void {
  let node = weight;
  for (let steps = 0; node !== undefined && steps < longestPath; steps++) {
    if (isStandard(node, 'Concat') || (chainOperator(node) === undefined && computes(node))) {
      found.add(node);
      return;
    }
    if (chainOperator(node) === undefined) return;
    const data = dataInputs(node);
    for (const name of node.input.filter((_, at) => !data.includes(at))) {
      const maker = graph.producer(name);
      if (maker !== undefined) found.add(maker);
    }
    node = graph.producer(node.input[0] ?? '');
  }
}
