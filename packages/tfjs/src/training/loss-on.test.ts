import type { Batch } from '@lowbit/core';
import * as tf from '@tensorflow/tfjs-core';
import * as tfLayers from '@tensorflow/tfjs-layers';
import { expect } from 'vitest';
import { onEveryBackend } from '../../test/backends.js';
import { withSeededWeights } from '../../test/models.js';
import { grid } from '../../test/quantizers.js';
import { tfjs } from '../index.js';
import { disposeWeights } from '../model/dispose-weights.js';

const { layers } = tfLayers;

type Loss = NonNullable<tfLayers.ModelCompileArgs['loss']>;

/** Losses, with the channels that the model ends in. */
const losses: readonly (readonly [name: string, loss: Loss, classes: number])[] = [
  ['categorical', 'categoricalCrossentropy', 4],
  ['sparse', 'sparseCategoricalCrossentropy', 4],
  ['binary', 'binaryCrossentropy', 1],
  ['squares', 'meanSquaredError', 4],
  ['of the user', (labels, output) => tf.mean(tf.abs(tf.sub(labels, output)), -1), 4],
];

function compiled(kind: 'sequential' | 'functional', loss: Loss, classes: number) {
  const rest = [
    layers.dense({ name: 'hidden', units: 7, activation: 'tanh' }),
    layers.dropout({ name: 'dropout', rate: 0.5 }),
    layers.dense({ name: 'last', units: classes, activation: classes === 1 ? 'sigmoid' : 'softmax' }),
  ];
  const x = tfLayers.input({ shape: [5], name: 'x' });
  const model =
    kind === 'functional'
      ? tfLayers.model({ inputs: x, outputs: rest.reduce((y, layer) => layer.apply(y) as typeof x, x) })
      : tfLayers.sequential({ layers: [layers.inputLayer({ inputShape: [5], name: 'x' }), ...rest] });
  model.compile({ optimizer: tf.train.sgd(0.1), loss });
  return withSeededWeights(model);
}

function batchesOf(classes: number): Batch[] {
  return [7, 1, 32].map((size, seed) => ({
    inputs: {
      x: { shape: [size, 5], data: Float32Array.from({ length: 5 * size }, (_, i) => Math.sin(i + seed)) },
    },
    labels: Array.from({ length: size }, (_, i) => i % Math.max(2, classes)),
  }));
}

/** What `evaluate` gives, over all samples. */
function evaluated(
  model: tfLayers.LayersModel,
  batches: readonly Batch[],
  loss: Loss,
  classes: number,
): number {
  const isSparse = loss === 'sparseCategoricalCrossentropy' || classes === 1;
  let [sum, samples] = [0, 0];
  for (const { inputs, labels } of batches) {
    const { shape, data } = inputs['x']!;
    const size = shape[0]!;
    sum += tf.tidy(() => {
      const numbers = tf.tensor1d([...Array.from(labels!)], 'int32');
      const targets = isSparse
        ? tf.cast(tf.reshape(numbers, [size, 1]), 'float32')
        : tf.cast(tf.oneHot(numbers, classes), 'float32');
      const result = model.evaluate(tf.tensor(Float32Array.from(data), [...shape]), targets, {
        batchSize: size,
      });
      return size * (result as tf.Scalar).dataSync()[0]!;
    });
    samples += size;
  }
  return sum / samples;
}

onEveryBackend('the loss of a model that is trained', (test) => {
  test('is of labels that are numbers alone', async () => {
    const model = compiled('sequential', 'meanSquaredError', 1);
    const [first] = batchesOf(1);
    for (const wrong of ['1', null]) {
      const labels = Array.from(first!.labels!, (label, i) => (i === 4 ? wrong : label)) as never;
      await expect(tfjs(model).loss([{ ...first!, labels }], new Map())).rejects.toMatchObject({
        code: 'invalid-argument',
        where: 'batch: labels, at [4]',
      });
    }
    model.optimizer.dispose();
    disposeWeights(model);
  });

  test('is of labels that are classes of the model, where it has several', async () => {
    for (const loss of ['meanSquaredError', 'sparseCategoricalCrossentropy'] as const) {
      const model = compiled('sequential', loss, 4);
      const [first] = batchesOf(4);
      for (const wrong of [-1, 1.5, 4, 99, NaN]) {
        const labels = Array.from(first!.labels!, (label, i) => (i === 4 ? wrong : label));
        await expect(tfjs(model).loss([{ ...first!, labels }], new Map())).rejects.toMatchObject({
          code: 'invalid-argument',
          where: 'batch: labels, at [4]',
          expected: 'classes: whole numbers from 0 to 3',
        });
      }
      model.optimizer.dispose();
      disposeWeights(model);
    }
  });

  test('is that of the one sample where there is one, and 0 where there is none', async () => {
    const model = compiled('sequential', 'meanSquaredError', 4);
    const single = batchesOf(4).filter(({ labels }) => labels!.length === 1);
    const own = await tfjs(model).loss(single, new Map());
    expect(own).toBeGreaterThan(0);
    expect(own).toBe(evaluated(model, single, 'meanSquaredError', 4));
    expect(await tfjs(model).loss([], new Map())).toBe(0);
    model.optimizer.dispose();
    disposeWeights(model);
  });

  for (const [name, loss, classes] of losses)
    for (const kind of ['sequential', 'functional'] as const)
      test(`${name}, ${kind}: is that of evaluate bit for bit, with weights replaced and quantized too`, async () => {
        const model = compiled(kind, loss, classes);
        const port = tfjs(model);
        const batches = batchesOf(classes);
        const same = () => evaluated(model, batches, loss, classes);
        const own = await port.loss(batches, new Map());
        expect(own).toBe(same());
        const kernel = model.getLayer('last').getWeights()[0]!.dataSync<'float32'>().slice();
        const others = kernel.map((value) => 0.5 - value);
        const replaced = await port.loss(batches, new Map([['last/kernel', others]]));
        expect(await port.loss(batches, new Map())).toBe(own);
        port.assign(new Map([['last/kernel', others]]));
        expect(replaced).toBe(same());
        const options = {};
        const steps = { scale: Float32Array.of(0.2), offset: Float32Array.of(-0.7) };
        const schemeOf = () => ({ kind: 'affine', levels: 8, ...steps }) as const;
        port.simulate([
          { id: 'last/kernel', bits: 3, quantizer: grid, options, slicing: 'tensor', schemeOf },
        ]);
        expect(await port.loss(batches, new Map())).toBe(same());
        port.release();
        model.optimizer.dispose();
        disposeWeights(model);
      });
});
