import { seededRandom } from '@lowbit/core';
import * as ort from 'onnxruntime-web';
import { makeNode } from '../../src/graph/make-node.js';
import { makeTensor } from '../../src/graph/make-tensor.js';
import type { Operator, OperatorSample } from '../../src/operators/operator.js';
import { DataType, type NodeProto, type TensorProto } from '../../src/schema/proto.js';
import { buildBytes } from './build-model.js';
import { noise } from './run-model.js';

/** A model of one node, and what it is run with. */
export interface OperatorModel {
  readonly node: NodeProto;
  readonly weights: ReadonlyMap<string, TensorProto>;
  /** The file, with other weights where some are given. */
  bytes(weights?: ReadonlyMap<string, TensorProto>): Uint8Array;
  feeds(): Record<string, ort.Tensor>;
}

/**
 * The model of a sample with weights of noise; inputs beside a table, or of another type than floats, are indices of its entries.
 *
 * @param constant Names of inputs that are constants of noise too, though no weights.
 */
export function operatorModel(
  { names, domain, takes }: Operator,
  sample: OperatorSample,
  constant: readonly string[] = [],
): OperatorModel {
  const { name = names[0] as string, opset = 17, attributes = {}, inputs, output, weights: views } = sample;
  const typeOf = (input: string) =>
    sample.types?.[input] ?? (takes === 'table' ? DataType.INT64 : DataType.FLOAT);
  const random = seededRandom(7);
  const all = Object.entries(inputs);
  const constants = all.filter(([input]) => constant.includes(input));
  const given = all.filter(([input]) => !(input in views) && !constant.includes(input));
  const weights = new Map(
    all.filter(([input]) => input in views).map(([input, dims]) => [input, weightOf(input, dims, random)]),
  );
  const parts = {
    op: name,
    name: 'layer',
    inputs: Object.keys(inputs),
    outputs: ['y', ...(sample.besides ?? [])],
    attributes,
  };
  const node = makeNode({ ...parts, ...(domain === undefined ? {} : { domain }) });
  const types = Object.fromEntries(given.map(([input]) => [input, typeOf(input)]));
  return {
    node,
    weights,
    bytes: (initializers = weights) =>
      buildBytes(
        {
          nodes: [node],
          initializers: [
            ...initializers.values(),
            ...constants.map(([input, dims]) => weightOf(input, dims, seededRandom(3))),
          ],
          inputs: Object.fromEntries(given),
          outputs: { y: output },
          types,
        },
        { opset, domains: domain === undefined ? {} : { [domain]: 1 } },
      ),
    feeds: () =>
      Object.fromEntries(
        given.map(([input, dims]) => [
          input,
          typeOf(input) === DataType.FLOAT ? noise(dims, seededRandom(2)) : indices(dims, typeOf(input)),
        ]),
      ),
  };
}

/** What is fed, with zeros for all but the first. */
export function withoutBias(feeds: Record<string, ort.Tensor>): Record<string, ort.Tensor> {
  const zeros = ({ data, dims }: ort.Tensor) =>
    new ort.Tensor('float32', new Float32Array((data as Float32Array).length), dims);
  return Object.fromEntries(
    Object.entries(feeds).map(([name, tensor], at) => [name, at === 0 ? tensor : zeros(tensor)]),
  );
}

function weightOf(name: string, dims: readonly number[], random: () => number): TensorProto {
  const { data } = noise(dims, random);
  const values = (data as Float32Array).map((value) => value / 4);
  return makeTensor(name, DataType.FLOAT, dims, values);
}

function indices(dims: readonly number[], type: DataType): ort.Tensor {
  const count = dims.reduce((product, size) => product * size, 1);
  const values = Int32Array.from({ length: count }, (_, index) => (index * 7) % 16);
  return type === DataType.INT64
    ? new ort.Tensor('int64', BigInt64Array.from(values, BigInt), dims)
    : new ort.Tensor('int32', values, dims);
}
