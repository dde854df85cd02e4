import { decode, type ModelPort, type QuantizedTensor } from '@lowbit/core';
import type { Outcome } from '@lowbit/core/adapter';
import { describeModel } from '../../src/describe/describe-model.js';
import { foldMoves } from '../../src/fold/fold-moves.js';
import { foldWeights } from '../../src/fold/fold-weights.js';
import { readOrdered } from '../../src/read/read-model.js';
import { writeBodies } from '../../src/model/function-body.js';
import type { Optimize } from '../../src/target/target.js';
import { createValueInfo, DataType, serializeModel, type TensorProto } from '../../src/schema/proto.js';
import { makeAttribute } from '../../src/graph/make-node.js';
import { makeRawTensor, makeTensor } from '../../src/graph/make-tensor.js';

/** The port, with what its writer is given put into `weights`. */
export function watched<M>(port: ModelPort<M>, weights: Map<string, QuantizedTensor>): ModelPort<M> {
  return {
    ...port,
    write(outcome: Outcome) {
      const writer = port.write(outcome);
      const add: typeof writer.add = (id, tensor) => {
        weights.set(id, tensor);
        return writer.add(id, tensor);
      };
      return { ...writer, add };
    },
  };
}

/**
 * The float model with the values that quantized tensors decode to in the array interpreter, in place of its weights:
 * what a rewritten file must compute. Weights that are made of constants alone are one; those of products that only move are moved
 * where memory counts.
 *
 * @param wide - weights of halves that become float32 by what decodes them
 */
export function decodedModel(
  bytes: Uint8Array,
  weights: ReadonlyMap<string, QuantizedTensor>,
  optimize: Optimize = 'speed',
  wide: ReadonlySet<string> = new Set(),
): Uint8Array {
  const { model, order } = readOrdered(bytes, 'decoded');
  const whole = foldWeights(model, order);
  if (optimize === 'memory') foldMoves(model, whole);
  for (const { id, source } of describeModel(model).sites) {
    const tensor = weights.get(id);
    if (tensor === undefined) continue;
    const type = wide.has(id) ? DataType.FLOAT : source.tensor.dataType;
    const values = withValues({ ...source.tensor, dataType: type }, decode(tensor));
    const input = source.graph.input.find(({ name }) => name === source.name);
    if (input !== undefined)
      Object.assign(input, createValueInfo(source.name, type, values.dims.map(Number)));
    if (source.node === undefined) Object.assign(source.tensor, values);
    else source.node.attribute = [makeAttribute('value', { tensor: values })];
  }
  writeBodies(model.proto);
  return serializeModel(model.proto, 'decoded');
}

function withValues({ name, dataType, dims }: TensorProto, values: Float32Array): TensorProto {
  const shape = dims.map(Number);
  if (dataType !== DataType.DOUBLE) return makeTensor(name, dataType, shape, values);
  return makeRawTensor(name, dataType, shape, new Uint8Array(Float64Array.from(values).buffer));
}
