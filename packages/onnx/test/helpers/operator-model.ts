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

/** The model of a sample with weights of noise; inputs beside a table are indices of its entries. */
export function operatorModel({ names, domain, takes }: Operator, sample: OperatorSample): OperatorModel {
  const { name = names[0] as string, opset = 17, attributes = {}, inputs, output, weights: views } = sample;
  const random = seededRandom(7);
  const all = Object.entries(inputs);
  const given = all.filter(([input]) => !(input in views));
  const weights = new Map(
    all.filter(([input]) => input in views).map(([input, dims]) => [input, weightOf(input, dims, random)]),
  );
  const parts = { op: name, name: 'layer', inputs: Object.keys(inputs), outputs: ['y'], attributes };
  const node = makeNode({ ...parts, ...(domain === undefined ? {} : { domain }) });
  const types = Object.fromEntries(given.map(([input]) => [input, DataType.INT64]));
  return {
    node,
    weights,
    bytes: (initializers = weights) =>
      buildBytes(
        {
          nodes: [node],
          initializers: [...initializers.values()],
          inputs: Object.fromEntries(given),
          outputs: { y: output },
          ...(takes === 'table' ? { types } : {}),
        },
        { opset, domains: domain === undefined ? {} : { [domain]: 1 } },
      ),
    feeds: () =>
      Object.fromEntries(
        given.map(([input, dims]) => [
          input,
          takes === 'table' ? indices(dims) : noise(dims, seededRandom(2)),
        ]),
      ),
  };
}

function weightOf(name: string, dims: readonly number[], random: () => number): TensorProto {
  const { data } = noise(dims, random);
  const values = (data as Float32Array).map((value) => value / 4);
  return makeTensor(name, DataType.FLOAT, dims, values);
}

function indices(dims: readonly number[]): ort.Tensor {
  const count = dims.reduce((product, size) => product * size, 1);
  return new ort.Tensor(
    'int64',
    BigInt64Array.from({ length: count }, (_, index) => BigInt((index * 7) % 16)),
    dims,
  );
}
