import { readKeras, type KerasModel } from '@lowbit/keras';
import { kerasModel, toLayersModel } from '@lowbit/tfjs';
import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-backend-cpu';
import {
  input,
  layers,
  model as layersModel,
  type LayersModel,
  type SymbolicTensor,
} from '@tensorflow/tfjs-layers';
import * as ort from 'onnxruntime-web';
import { beforeAll, describe, expect, it } from 'vitest';
import { toOnnx } from '../src/index.js';
import { difference } from './support.js';

beforeAll(() => tf.setBackend('cpu'));

type Tensor = SymbolicTensor;

/** Orthogonal matrices need a method of tensors that only the whole of TensorFlow.js has. */
const settings = { units: 3, recurrentInitializer: 'glorotUniform' } as const;
const cells = () => [
  layers.lstmCell(settings),
  layers.gruCell({ ...settings, units: 5 }),
  layers.lstmCell(settings),
];

function one(shape: number[], apply: (start: Tensor) => Tensor): () => LayersModel {
  return () => {
    const start = input({ shape });
    return layersModel({ inputs: start, outputs: apply(start) });
  };
}

function concatenated(axis: number): () => LayersModel {
  return one([5, 4], (start) => {
    const other = layers.activation({ activation: 'tanh' }).apply(start) as Tensor;
    return layers.concatenate({ axis }).apply([start, other]) as Tensor;
  });
}

const tokens = (start: Tensor) =>
  layers.embedding({ inputDim: 10, outputDim: 3, maskZero: true }).apply(start) as Tensor;

/** Tokens of which some steps do not count, also at the beginning, read in both ways. */
function bothWays(
  kind: 'lstm' | 'gru' | 'simpleRNN',
  mergeMode: 'concat' | 'sum' | 'mul' | 'ave',
  sequences: boolean,
) {
  return one([6], (start) => {
    const layer = layers[kind]({ ...settings, returnSequences: sequences });
    return layers.bidirectional({ layer, mergeMode }).apply(tokens(start)) as Tensor;
  });
}

const cases: readonly (readonly [string, () => LayersModel])[] = [
  ['Concatenate over axis −1', concatenated(-1)],
  ['Concatenate over axis −2', concatenated(-2)],
  ['Concatenate over axis 1', concatenated(1)],
  ...[1, 2].map((dilationRate) => {
    const layer = () => layers.depthwiseConv2d({ kernelSize: 3, dilationRate, depthMultiplier: 2 });
    return [
      `DepthwiseConv2D with dilation ${dilationRate}`,
      one([8, 7, 3], (x) => layer().apply(x) as Tensor),
    ] as const;
  }),
  ...(['nearest', 'bilinear'] as const).map((interpolation) => {
    const layer = () => layers.upSampling2d({ size: [2, 3], interpolation });
    return [`UpSampling2D ${interpolation}`, one([4, 5, 2], (x) => layer().apply(x) as Tensor)] as const;
  }),
  ...[-1, 3].map((axis) => {
    const layer = () => layers.batchNormalization({ axis });
    return [
      `BatchNormalization over axis ${axis}`,
      one([4, 5, 2], (x) => layer().apply(x) as Tensor),
    ] as const;
  }),
  ['masked Bidirectional GRU, concat', bothWays('gru', 'concat', true)],
  ['masked Bidirectional LSTM, sum', bothWays('lstm', 'sum', true)],
  ['masked Bidirectional SimpleRNN, mul', bothWays('simpleRNN', 'mul', true)],
  ['masked Bidirectional LSTM, last step', bothWays('lstm', 'ave', false)],
  [
    'Reshape with a size that is left',
    one([2, 3, 4], (x) => layers.reshape({ targetShape: [4, -1] }).apply(x) as Tensor),
  ],
  ['gelu_new', one([5], (x) => layers.dense({ units: 4, activation: 'gelu_new' }).apply(x) as Tensor)],
  [
    'several cells',
    one([6, 4], (x) => layers.rnn({ cell: cells(), returnSequences: true }).apply(x) as Tensor),
  ],
];

/** Weights that differ in every place; statistics are positive. */
function scatter(model: LayersModel): void {
  const values = model
    .getWeights()
    .map(({ shape }, i) => tf.randomUniform(shape, 0.1, 0.9, 'float32', i + 1));
  model.setWeights(values.map((value, i) => (i % 2 === 0 ? value : tf.sub(value, 0.05))));
}

function inputOf({ inputs }: LayersModel): tf.Tensor {
  const [, ...shape] = inputs[0]!.shape as number[];
  return shape.length === 1 && shape[0] === 6
    ? tf.tensor2d([
        [1, 2, 3, 0, 0, 0],
        [4, 5, 6, 7, 8, 9],
        [0, 0, 3, 4, 0, 1],
      ])
    : tf.randomUniform([3, ...shape], -3, 3, 'float32', 7);
}

/** The files that TensorFlow.js writes, read again. */
async function fromFolder(model: LayersModel): Promise<KerasModel> {
  let files: tf.io.ModelArtifacts | undefined;
  await model.save(
    tf.io.withSaveHandler(async (artifacts) => {
      files = artifacts;
      return { modelArtifactsInfo: { dateSaved: new Date(), modelTopologyType: 'JSON' } };
    }),
  );
  const { modelTopology, weightSpecs, weightData, generatedBy } = files!;
  const weightsManifest = weightSpecs!.length === 0 ? [] : [{ paths: ['weights.bin'], weights: weightSpecs }];
  return readKeras({
    modelJson: { modelTopology, weightsManifest, generatedBy, format: 'layers-model' },
    shards: { 'weights.bin': new Uint8Array(weightData as ArrayBuffer) },
  });
}

async function inOnnxruntime(bytes: Uint8Array, x: tf.Tensor): Promise<ort.Tensor> {
  ort.env.wasm.numThreads = 1;
  const session = await ort.InferenceSession.create(bytes, { logSeverityLevel: 3 });
  const [name] = session.inputNames;
  const values = new ort.Tensor('float32', Float32Array.from(x.dataSync()), x.shape);
  const results = await session.run({ [name!]: values });
  await session.release();
  return results[session.outputNames[0]!]!;
}

describe.each(cases)('%s means what TensorFlow.js computes', (_, make) => {
  it.each([
    ['from the live model', kerasModel],
    ['from the files', fromFolder],
  ])('%s', async (_, read) => {
    const live = make();
    scatter(live);
    const x = inputOf(live);
    const expected = await (live.predict(x) as tf.Tensor).data();
    const model = await read(live);
    const again = await toLayersModel(model);
    for (const each of [model, await kerasModel(again)]) {
      const { bytes } = await toOnnx(each);
      expect(difference(await inOnnxruntime(bytes, x), expected)).toBeLessThanOrEqual(1e-5);
    }
    const values = (again.predict(x) as tf.Tensor).dataSync() as Float32Array;
    expect(values.length).toBe(expected.length);
    expect(Math.max(...values.map((value, i) => Math.abs(value - expected[i]!)))).toBeLessThanOrEqual(1e-5);
    again.dispose();
    live.dispose();
  });
});

it('BatchNormalization over another axis than the last, which depends on the backend, is refused by name', async () => {
  const live = one(
    [4, 5, 2],
    (x) => layers.batchNormalization({ axis: 1, name: 'norm' }).apply(x) as Tensor,
  )();
  await expect(kerasModel(live)).rejects.toMatchObject({
    code: 'layer-unsupported',
    where: 'norm',
    received: 'BatchNormalization with axis=1, where backends of TensorFlow.js give different numbers',
  });
  live.dispose();
});

it('a Softmax in a model with masks, which TensorFlow.js gives a mask that is not its own, is refused by name', async () => {
  const shares = (x: Tensor) => layers.softmax({ name: 'shares' }).apply(x) as Tensor;
  const last = (x: Tensor) => layers.dense({ units: 6 }).apply(layers.lstm(settings).apply(x)) as Tensor;
  const live = one([6], (start) => shares(last(tokens(start))))();
  await expect(kerasModel(live)).rejects.toMatchObject({
    code: 'layer-unsupported',
    where: 'shares',
    remedy: "Build the model with an Activation of 'softmax' in its place.",
  });
  live.dispose();
  const inside = (x: Tensor) => layers.activation({ activation: 'softmax' }).apply(last(tokens(x))) as Tensor;
  for (const right of [one([6], inside)(), one([5], shares)()]) {
    await expect(kerasModel(right)).resolves.toBeDefined();
    right.dispose();
  }
});
