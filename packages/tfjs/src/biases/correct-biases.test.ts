import { type Batch, quantize, type Recipe } from '@lowbit/core';
import '@tensorflow/tfjs-backend-cpu';
import * as tf from '@tensorflow/tfjs-core';
import * as tfLayers from '@tensorflow/tfjs-layers';
import { beforeAll, describe, expect, test } from 'vitest';
import cases from '../../fixtures/bias-correction.json' with { type: 'json' };
import { imageModel, sequenceModel, sharedModel, smallSequential } from '../../test/models.js';
import { grid } from '../../test/quantizers.js';
import { load, save, tfjs } from '../index.js';

beforeAll(() => tf.setBackend('cpu'));

const recipe = (data: readonly Batch[], more: Recipe = {}): Recipe => ({
  weights: grid,
  bits: 2,
  correctBiases: true,
  data,
  ...more,
});

/** Runs a model of one input; several outputs one after the other. */
function outputOf(model: tfLayers.LayersModel, { inputs }: Batch): Float32Array {
  // A sequential model that is made again calls its input otherwise.
  const tensors = Object.values(inputs).map(({ shape, data }) => tf.tensor(data as Float32Array, [...shape]));
  const given = tensors.length === 1 ? tensors[0]! : tensors;
  return tf.tidy(() => (model.apply(given) as tf.Tensor).dataSync<'float32'>().slice());
}

/** The default would be orthogonal matrices, which the core of TensorFlow.js alone cannot make. */
const started = { recurrent_initializer: { class_name: 'Zeros', config: {} } };

type Topology = Parameters<typeof tfLayers.models.modelFromJSON>[0];

async function modelOf(
  layers: readonly { class_name: string; config: object }[],
  weights: readonly { shape: number[]; values: number[] }[],
) {
  const own = layers.map(({ class_name: name, config }) => ({
    class_name: name,
    config: /RNN|LSTM|GRU/.test(name) ? { ...config, ...started } : config,
  }));
  const topology = { class_name: 'Sequential', config: { name: 'one', layers: own } };
  const model = await tfLayers.models.modelFromJSON(topology as unknown as Topology);
  tf.tidy(() => model.setWeights(weights.map(({ shape, values }) => tf.tensor(values, shape))));
  return model;
}

/** Whether a written layer computes within float32 of what Keras gives. */
test.each(cases)(
  '$name takes off what its weights add on average',
  async ({ layers, weights, x, shape, expected }) => {
    const model = await modelOf(layers, weights);
    const batch: Batch = { inputs: { [model.inputNames[0]!]: { shape, data: Float32Array.from(x) } } };
    // Keras computed what the layer as it was sees.
    const result = await quantize(tfjs(model), recipe([batch]), { capture: 'once' });
    expect(result.report.biases?.map(({ left }) => left)).toEqual(result.report.weights.map(() => undefined));
    const y = outputOf(result.model, batch);
    expect(y).toHaveLength(expected.length);
    // Permits sums of some hundred float32 products in another order.
    expected.forEach((value, i) => expect(Math.abs(y[i]! - value)).toBeLessThan(1e-4));
  },
);

/** Samples whose values have a mean, as those of images have. */
function samples(model: tfLayers.LayersModel, count: number, seed: number): Batch {
  const isTable = model.layers[0]!.getClassName() === 'Embedding';
  const inputs = model.inputs.map((input, i) => {
    const shape = [count, ...(input.shape.slice(1) as number[])];
    const data = Float32Array.from({ length: shape.reduce((size, one) => size * one, 1) }, (_, at) => {
      const value = Math.sin(seed + i + at * at) + 1;
      return isTable ? Math.floor(value * 3.4) : value;
    });
    return [model.inputNames[i]!, { shape, data }] as const;
  });
  return { inputs: Object.fromEntries(inputs) };
}

const decibels = (wanted: Float32Array, given: Float32Array): number => {
  const power = (values: Float32Array) => values.reduce((sum, value) => sum + value * value, 0);
  return 10 * Math.log10(power(wanted) / power(wanted.map((value, i) => value - given[i]!)));
};

describe.each([
  ['an image model', imageModel],
  ['a small model', smallSequential],
  ['shared layers', sharedModel],
  ['recurrent layers', sequenceModel],
])('%s', (_, make) => {
  test.each(['packed', 'plain'] as const)('%s: nearer to the original on other samples', async (format) => {
    const model = make();
    const port = tfjs(model, { format });
    const [data, others] = [samples(model, 20, 1), samples(model, 20, 2)];
    const wanted = outputOf(model, others);
    const plain = await quantize(port, recipe([data], { correctBiases: false }));
    const corrected = await quantize(port, recipe([data]));
    const own = outputOf(corrected.model, others);
    expect(decibels(wanted, own)).toBeGreaterThan(decibels(wanted, outputOf(plain.model, others)) + 0.2);
    const told = corrected.report.biases!;
    expect(told.some(({ left }) => left !== true)).toBe(true);
    for (const { reason } of told) expect(reason).not.toBe('');
    const added = told.reduce((sum, { storedBytes }) => sum + storedBytes, 0);
    const more = corrected.report.modelBytes.after - plain.report.modelBytes.after;
    expect(more).toBeGreaterThanOrEqual(added);
    let file: tf.io.ModelArtifacts = {};
    const target = tf.io.withSaveHandler(async (artifacts) => {
      file = artifacts;
      return { modelArtifactsInfo: tf.io.getModelArtifactsInfoForJSON(artifacts) };
    });
    await save(corrected.model, target, { format });
    const handler = tf.io.fromMemory(file) as tf.io.IOHandler;
    const again = format === 'packed' ? await load(handler) : await tfLayers.loadLayersModel(handler);
    expect(outputOf(again, others)).toEqual(own);
  });
});
