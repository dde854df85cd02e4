import { namesOf } from './names.js';
import type { GraphOrder } from '../model/check-graph.js';
import type { OnnxModel } from '../model/model.js';
import type { GraphProto } from '../schema/proto.js';
import { editableGraph, type EditableGraph } from './editable-graph.js';

/**
 * The main graph of a model, to be looked at and changed.
 *
 * @param order Of this very model.
 */
export function openGraph(model: OnnxModel, order: GraphOrder): EditableGraph {
  const graph = model.proto.graph as GraphProto;
  const taken = new Set([...order.keys()].flatMap(namesOf));
  return editableGraph(graph, order.get(graph) ?? [], taken, model.ir);
}
