import { create, toBinary, type MessageInitShape } from '@bufbuild/protobuf';
import { seededRandom } from '@lowbit/core';
import { modelBuilder } from '@lowbit/onnx/build';
import '@tensorflow/tfjs-backend-cpu';
import * as tf from '@tensorflow/tfjs-core';
import { layers, sequential, type LayersModel } from '@tensorflow/tfjs-layers';
import {
  ModelProtoSchema,
  TensorProto_DataLocation,
  TensorProto_DataType as Type,
  type TensorProtoSchema,
} from 'onnx-buf';

/** Seeded numbers in [-0.5, 0.5). */
function numbers(count: number, seed: number): Float32Array<ArrayBuffer> {
  const random = seededRandom(seed);
  return Float32Array.from({ length: count }, () => random() - 0.5);
}

function tensor(name: string, dims: readonly number[], seed: number) {
  const values = numbers(
    dims.reduce((product, size) => product * size, 1),
    seed,
  );
  return {
    name,
    dims: dims.map(BigInt),
    dataType: Type.FLOAT,
    rawData: new Uint8Array(values.buffer),
  };
}

const value = (name: string, shape: readonly number[]) => ({
  name,
  type: {
    value: {
      case: 'tensorType' as const,
      value: {
        elemType: Type.FLOAT,
        shape: { dim: shape.map((size) => ({ value: { case: 'dimValue' as const, value: BigInt(size) } })) },
      },
    },
  },
});

/** An ONNX file with three products, 64 → 96 → 96 → 10 classes, as bytes. */
export function smallOnnx(): Uint8Array {
  return onnxWith(weights());
}

/** The same file with its weights as inputs too, which whoever runs it may replace. */
export function overridableOnnx(): Uint8Array {
  return onnxWith(
    weights(),
    weights().map(({ name, dims }) => value(name, dims.map(Number))),
  );
}

/** The same file with its weights in another one. */
export function splitOnnx(path: string): { readonly model: Uint8Array; readonly data: Uint8Array } {
  let offset = 0;
  const outside = weights().map(({ rawData, ...rest }) => {
    const entries = { location: path, offset: `${offset}`, length: `${rawData.length}` };
    offset += rawData.length;
    const externalData = Object.entries(entries).map(([key, value]) => ({ key, value }));
    return { ...rest, dataLocation: TensorProto_DataLocation.EXTERNAL, externalData };
  });
  return { model: onnxWith(outside), data: Buffer.concat(weights().map(({ rawData }) => rawData)) };
}

const weights = () => [
  tensor('first', [64, 96], 1),
  tensor('middle', [96, 96], 2),
  tensor('last', [96, 10], 3),
];

function onnxWith(
  initializer: MessageInitShape<typeof TensorProtoSchema>[],
  more: readonly ReturnType<typeof value>[] = [],
): Uint8Array {
  const model = create(ModelProtoSchema, {
    irVersion: 8n,
    producerName: 'playground test',
    opsetImport: [{ domain: '', version: 17n }],
    graph: {
      name: 'small',
      input: [value('x', [2, 64]), ...more],
      output: [value('scores', [2, 10])],
      initializer,
      node: [
        { name: 'enter', opType: 'MatMul', input: ['x', 'first'], output: ['a'] },
        { name: 'rectify', opType: 'Relu', input: ['a'], output: ['b'] },
        { name: 'turn', opType: 'MatMul', input: ['b', 'middle'], output: ['c'] },
        { name: 'bound', opType: 'Tanh', input: ['c'], output: ['d'] },
        { name: 'leave', opType: 'MatMul', input: ['d', 'last'], output: ['scores'] },
      ],
    },
  });
  return toBinary(ModelProtoSchema, model);
}

/** A TensorFlow.js model for pictures of 12 × 12 pixels, with five classes. */
export function smallTfjs(): LayersModel {
  const model = sequential({
    name: 'small',
    layers: [
      layers.conv2d({ name: 'conv', filters: 8, kernelSize: 3, inputShape: [12, 12, 3], activation: 'relu' }),
      layers.depthwiseConv2d({ name: 'depthwise', kernelSize: 3 }),
      layers.flatten({ name: 'flat' }),
      layers.dense({ name: 'classes', units: 5, activation: 'softmax' }),
    ],
  });
  model.setWeights(model.getWeights().map(({ shape, size }, i) => tf.tensor(numbers(size, i + 1), shape)));
  return model;
}

/** A TensorFlow.js graph model of two products, 48 → 32 → 5 classes. */
export function smallGraph(): tf.io.ModelArtifacts {
  const node = (op: string, name: string, input: readonly string[] = [], attr: object = {}) => ({
    name,
    op,
    input,
    attr,
  });
  const float = { dtype: { type: 'DT_FLOAT' } };
  const shape = { shape: { dim: [{ size: '-1' }, { size: '48' }] } };
  const plain = { transpose_a: { b: false }, transpose_b: { b: false } };
  const values = [numbers(48 * 32, 1), numbers(32 * 5, 2)];
  return {
    format: 'graph-model',
    modelTopology: {
      node: [
        node('Placeholder', 'x', [], { ...float, shape }),
        node('Const', 'first', [], float),
        node('MatMul', 'enter', ['x', 'first'], plain),
        node('Relu', 'rectify', ['enter']),
        node('Const', 'last', [], float),
        node('MatMul', 'leave', ['rectify', 'last'], plain),
        node('Softmax', 'classes', ['leave']),
      ],
      versions: { producer: 1 },
    },
    weightSpecs: [
      { name: 'first', shape: [48, 32], dtype: 'float32' },
      { name: 'last', shape: [32, 5], dtype: 'float32' },
    ],
    weightData: Float32Array.from(values.flatMap((each) => [...each])).buffer,
  };
}

/** A product of rows that are looked up by tokens. */
export async function tokensOnnx(): Promise<Uint8Array> {
  const model = modelBuilder({ opset: 17, name: 'model.onnx' });
  const table = model.constant('table', 'float32', [40, 64], numbers(2560, 3));
  const rows = model.node('Gather', [table, model.input('input_ids', 'int64', ['batch', 'tokens'])]);
  const product = model.node('MatMul', [rows, model.constant('w', 'float32', [64, 96], numbers(6144, 4))]);
  model.output(product, 'float32', ['batch', 'tokens', 96], 'last_hidden_state');
  return (await model.write({})).bytes;
}
