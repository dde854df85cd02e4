import { fromBinary } from '@bufbuild/protobuf';
import { ModelProtoSchema, TensorProto_DataType as DataType, type ModelProto } from 'onnx-buf';

/** Operators with weights, and where their weights stand. */
const operators: Readonly<Record<string, readonly number[]>> = {
  Conv: [1],
  ConvTranspose: [1],
  Gemm: [1],
  MatMul: [0, 1],
  Gather: [0],
  LSTM: [1, 2],
  GRU: [1, 2],
  RNN: [1, 2],
};

/** Before this version of the file every constant is an input of the graph too. */
const inputsStandApart = 4n;

/** Operators of the main graph that have a float matrix as a constant weight, found without lowbit. */
export function operatorsWithWeights(bytes: Uint8Array): ReadonlySet<string> {
  const model = fromBinary(ModelProtoSchema, bytes);
  const weights = constantMatrices(model);
  const nodes = (model.graph?.node ?? []).filter(({ opType, domain, input }) => {
    const places = domain === '' ? (operators[opType] ?? []) : [];
    return places.some((at) => weights.has(input[at] ?? ''));
  });
  return new Set(nodes.map(({ opType }) => opType));
}

function constantMatrices({ graph, irVersion }: ModelProto): ReadonlySet<string> {
  const fed = new Set(irVersion < inputsStandApart ? [] : graph?.input.map(({ name }) => name));
  const constants = (graph?.initializer ?? [])
    .filter(({ dataType, dims }) => dataType === DataType.FLOAT && dims.length >= 2)
    .filter(({ name, dims }) => !fed.has(name) && dims.every((size) => size > 0n));
  return new Set(constants.map(({ name }) => name));
}
