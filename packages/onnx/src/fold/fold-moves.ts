import { sizeOf } from '@lowbit/core/adapter';
import type { ConstantValue } from '../graph/constant-value.js';
import type { EditableGraph } from '../graph/editable-graph.js';
import { modelEditor } from '../graph/model-editor.js';
import type { GraphOrder } from '../model/check-graph.js';
import { bytesOfType } from '../model/data-types.js';
import { writeBodies } from '../model/function-body.js';
import type { OnnxModel } from '../model/model.js';
import type { NodeProto, TensorProto } from '../schema/proto.js';
import { constantCall } from './evaluate/constant-call.js';
import { evaluate } from './evaluate/evaluate.js';
import { dropCopy, useInstead } from './copies.js';
import { constantsOf, replaceValue } from './fold-constants.js';
import { movesBeforeCasts } from './moves-before-casts.js';
import { isWider, movedConstants, type MovedTree, movedTree } from './moved-tree.js';

/**
 * Moves the constants of products in the model itself where operators turn, reshape, cut or narrow them on each run: packed products
 * take a matrix as it is stored, or widened. What a constant becomes are matrices that take no more bytes than it, and nothing else takes it; a constant that
 * becomes one other keeps its name. What takes a copy of a constant takes the constant itself.
 *
 * @param order Of this very model.
 * @returns The order of the nodes from then on.
 */
export function foldMoves(model: OnnxModel, order: GraphOrder): GraphOrder {
  const editor = modelEditor(model, { order });
  const changed = [...order.keys()].filter((graph) => {
    const editable = editor.graph(graph);
    const copies = editable.nodes().filter((node) => dropCopy(node, editable));
    for (const node of editable.nodes()) movesBeforeCasts.apply(node, editable, editor.opsetOf(graph));
    const declared = new Set([...graph.input, ...graph.valueInfo].map(({ name }) => name));
    const folded = movedConstants(editable).filter((name) => {
      const tree = movedTree(name, editable);
      const ends = tree && endsOf(name, tree, editable, editor.opsetOf(graph));
      if (tree !== undefined && ends !== undefined) putEnds(name, tree, ends, editable, declared.has(name));
      return ends !== undefined;
    });
    const isChanged = folded.length + copies.length > 0;
    if (isChanged) editable.apply();
    return isChanged;
  });
  if (changed.length === 0) return order;
  writeBodies(model.proto);
  return new Map([...order, ...changed.map((graph) => [graph, graph.node] as const)]);
}

/** The constants in other files that have to be read before {@link foldMoves}. */
export function outsideMoves(model: OnnxModel, order: GraphOrder): readonly TensorProto[] {
  const editor = modelEditor(model, { order });
  return [...order.keys()].flatMap((graph) => {
    const editable = editor.graph(graph);
    const outside = new Set(movedConstants(editable).filter((name) => editable.isExternal(name)));
    return graph.initializer.filter(({ name }) => outside.has(name));
  });
}

/** What becomes of a constant, by name; `undefined` where that is not known or takes more bytes. */
function endsOf(constant: string, tree: MovedTree, graph: EditableGraph, opset: number): Ends | undefined {
  const stored = graph.constantType(constant);
  const values = stored && tree.ends.length > 0 ? valuesOf(tree, graph, opset) : undefined;
  if (stored === undefined || values === undefined) return undefined;
  const ends = tree.ends.flatMap((name) => {
    const value = values.get(name);
    return value === undefined ? [] : [[name, value] as const];
  });
  const bytes = ends.reduce((sum, [, { type, dims }]) => sum + bytesOfType(type, sizeOf(dims)), 0);
  const fits = ends.length === tree.ends.length && bytes <= bytesOfType(stored.type, sizeOf(stored.dims));
  return fits && ends.every(([, { dims }]) => dims.length === 2) ? ends : undefined;
}

type Ends = readonly (readonly [name: string, value: ConstantValue])[];

/** @param isDeclared Whether the graph says what the constant's shape is, beside it. */
function putEnds(
  constant: string,
  { nodes }: MovedTree,
  ends: Ends,
  graph: EditableGraph,
  isDeclared: boolean,
): void {
  const [first] = ends;
  if (ends.length === 1 && first !== undefined && !isDeclared) {
    graph.putConstant(constant, first[1]);
    useInstead(graph, first[0], constant);
  } else {
    for (const [name, value] of ends)
      replaceValue(graph, name, { value, node: graph.producer(name) as NodeProto });
  }
  for (const node of nodes.toReversed()) graph.replace(node, []);
}

/** The values that are left of a constant; `undefined` where one of them is not computed. */
function valuesOf({ nodes }: MovedTree, graph: EditableGraph, opset: number) {
  const made = new Map<string, ConstantValue>();
  const { type, value, list } = constantsOf(graph);
  const constants = {
    type: (name: string) => made.get(name) ?? type(name),
    value: (name: string) => made.get(name) ?? value(name),
    list,
  };
  for (const node of nodes) {
    if (isWider(node, constants.type(node.input[0] ?? '')?.type)) return undefined;
    const outputs = evaluate(constantCall(node, opset, constants));
    if (outputs === undefined) return undefined;
    outputs.forEach((output, at) => made.set(node.output[at] ?? '', output));
  }
  return made;
}
