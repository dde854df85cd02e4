import type { OnnxModel } from '../model/model.js';
import { copyMessage, createValueInfo, DataType, type GraphProto } from '../schema/proto.js';
import { makeNode } from '../graph/make-node.js';
import { writeModel } from '../model/write-model.js';
import { numbersAlone } from './readable-outputs.js';

/**
 * The model with more outputs: values of the main graph that are inside it, of any type; outputs of its own that are no numbers
 * are left out. The model itself is not changed.
 */
export function withOutputs(model: OnnxModel, names: readonly string[]): Uint8Array {
  const graph = numbersAlone(model).proto.graph as GraphProto;
  const known = new Set(graph.output.map(({ name }) => name));
  const others = new Set(names.filter((name) => !known.has(name)));
  const more = [...others].map((name) => createValueInfo(name));
  return written(model, copyMessage(graph, { output: [...graph.output, ...more] }));
}

/** A model that gives the shapes of values instead of the values: output i is the shape of name i. */
export function withShapes(model: OnnxModel, names: readonly string[]): Uint8Array {
  const graph = model.proto.graph as GraphProto;
  const outputs = names.map((_, index) => `lowbit_shape_${index}`);
  const node = names.map((name, index) =>
    makeNode({ op: 'Shape', inputs: [name], outputs: [outputs[index] as string] }),
  );
  const output = outputs.map((name) => createValueInfo(name, DataType.INT64));
  return written(model, copyMessage(graph, { node: [...graph.node, ...node], output }));
}

function written(model: OnnxModel, graph: GraphProto): Uint8Array {
  return writeModel({ ...model, proto: copyMessage(model.proto, { graph }) });
}
