import { seededRandom, type QuantizedTensor } from '@lowbit/core';
import type { WeightSite } from '../../src/describe/weight-site.js';
import type { ConstantSource } from '../../src/graph/constant-source.js';
import type { OnnxModel } from '../../src/model/model.js';
import { readModel } from '../../src/read/read-model.js';
import {
  createGraph,
  createModel,
  createOperatorSet,
  createValueInfo,
  DataType,
  serializeModel,
  type TensorProto,
} from '../../src/schema/proto.js';
import { makeNode } from '../../src/graph/make-node.js';
import { makeRawTensor, makeTensor } from '../../src/graph/make-tensor.js';

export interface WeightsModel {
  readonly model: OnnxModel;
  readonly sites: readonly WeightSite[];
  /** The float values that the file holds. */
  readonly original: ReadonlyMap<string, Float32Array>;
}

/**
 * A model whose outputs `y_ID` are its weights as FLOAT, one for each tensor, with random numbers in them.
 *
 * @param dims Shape of the weights in the file; default: that of their tensors.
 */
export function weightsModel(
  tensors: ReadonlyMap<string, QuantizedTensor>,
  { opset, ir, kind }: { opset: number; ir: number; kind: ConstantSource['kind'] },
  type: DataType = DataType.FLOAT,
  dims?: readonly number[],
): WeightsModel {
  const random = seededRandom(1);
  const original = new Map(
    [...tensors].map(([id, { codes }]) => [id, Float32Array.from(codes, () => 2 * random() - 1)] as const),
  );
  const values = [...tensors].map(([id, { shape }]) =>
    floatTensor(id, type, dims ?? shape, original.get(id) as Float32Array),
  );
  const constants = values.map((tensor) =>
    makeNode({ op: 'Constant', inputs: [], outputs: [tensor.name], attributes: { value: { tensor } } }),
  );
  const results = [...tensors.keys()].map((id) =>
    makeNode({ op: 'Cast', inputs: [id], outputs: [`y_${id}`], attributes: { to: DataType.FLOAT } }),
  );
  const stored = kind === 'initializer';
  const graph = createGraph({
    name: 'weights',
    node: stored ? results : [...constants, ...results],
    initializer: stored ? values : [],
    input:
      stored && ir < 4 ? values.map(({ name, dims }) => createValueInfo(name, type, dims.map(Number))) : [],
    output: [...tensors].map(([id, { shape }]) => createValueInfo(`y_${id}`, DataType.FLOAT, dims ?? shape)),
  });
  const proto = createModel({ irVersion: BigInt(ir), opsetImport: [createOperatorSet('', opset)], graph });
  const model = readModel(serializeModel(proto, 'weights'), 'weights');
  return { model, sites: sitesOf(model, tensors, kind), original };
}

function sitesOf(
  model: OnnxModel,
  tensors: ReadonlyMap<string, QuantizedTensor>,
  kind: ConstantSource['kind'],
): WeightSite[] {
  const graph = model.proto.graph!;
  return [...tensors].map(([id, { shape }]) => {
    const node = graph.node.find(({ output }) => output[0] === id);
    const tensor = graph.initializer.find(({ name }) => name === id) ?? node!.attribute[0]!.t!;
    const source: ConstantSource = { kind, graph, name: id, tensor, ...(node === undefined ? {} : { node }) };
    const use = graph.node.find(({ input }) => input[0] === id)!;
    const uses = [{ node: use, graph, input: 0, type: tensor.dataType, direct: true }];
    return { id, kernel: 'kernel', source, shape, outputAxes: [0], uses };
  });
}

/** A tensor of any float type. */
function floatTensor(
  name: string,
  type: DataType,
  shape: readonly number[],
  values: Float32Array,
): TensorProto {
  if (type === DataType.DOUBLE) return makeRawTensor(name, type, shape, bytesOf(Float64Array.from(values)));
  if (type !== DataType.BFLOAT16) return makeTensor(name, type, shape, values);
  const halves = Uint16Array.from(new Uint32Array(values.slice().buffer), (bits) => bits >>> 16);
  return makeRawTensor(name, type, shape, bytesOf(halves));
}

function bytesOf({ buffer }: Float64Array | Uint16Array): Uint8Array {
  return new Uint8Array(buffer as ArrayBuffer);
}
