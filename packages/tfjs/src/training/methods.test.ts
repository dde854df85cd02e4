import {
  decode,
  encode,
  seededRandom,
  train,
  type Quantizer,
  type Recipe,
  type Schedule,
  type Slicing,
} from '@lowbit/core';
import { arrayOps, forwardOf, optionsOf, siteParameters } from '@lowbit/core/adapter';
import type { ArrayTensor } from '@lowbit/core/method';
import { registry } from '@lowbit/methods';
import * as tf from '@tensorflow/tfjs-core';
import * as tfLayers from '@tensorflow/tfjs-layers';
import { expect } from 'vitest';
import { onEveryBackend } from '../../test/backends.js';
import { withSeededWeights } from '../../test/models.js';
import { grid, halves, ranks } from '../../test/quantizers.js';
import { disposeWeights } from '../model/dispose-weights.js';
import { tfjs } from '../tfjs.js';
import { simulatedVariable } from './simulated-variable.js';

const { layers } = tfLayers;
const plugins = registry.list();
const weightMethods = plugins.filter(
  (plugin): plugin is Quantizer => plugin.kind === 'quantizer' && plugin.roles.includes('weight'),
);
const schedules = plugins.filter((plugin): plugin is Schedule => plugin.kind === 'schedule');
/** The quantizer that each schedule was made for. */
const partners: Readonly<Record<string, string>> = {
  slq: 'slq',
  mlq: 'mlq',
  inq: 'inq',
  progressive: 'dorefa',
};

const samples = 48;

/** Three classes that a small network can tell apart. */
function classes() {
  const random = seededRandom(5);
  const labels = Array.from({ length: samples }, (_, i) => i % 3);
  const data = Float32Array.from({ length: samples * 6 }, (_, i) => {
    const label = labels[Math.floor(i / 6)]!;
    return random() - 0.5 + (i % 3 === label ? 1 : 0);
  });
  return { data, labels };
}

function smallNet(): tfLayers.Sequential {
  return withSeededWeights(
    tfLayers.sequential({
      layers: [
        layers.dense({ name: 'hidden', units: 12, inputShape: [6], useBias: false }),
        layers.batchNormalization({ name: 'norm' }),
        layers.reLU({ name: 'relu' }),
        layers.dense({ name: 'out', units: 3, activation: 'softmax' }),
      ],
    }),
  );
}

/** Trains in every round; the losses of all epochs. */
async function trained(model: tfLayers.LayersModel, recipe: Recipe, { leaves = false } = {}) {
  const { data, labels } = classes();
  const xs = tf.tensor2d(data, [samples, 6]);
  const ys = tf.tidy(() => tf.cast(tf.oneHot(tf.tensor1d(labels, 'int32'), 3), 'float32'));
  const losses: number[] = [];
  const batches = [{ inputs: { x: { shape: [samples, 6], data } }, labels }];
  const run = train(tfjs(model), recipe, { batches });
  for await (const { number } of run) {
    const { history } = await model.fit(xs, ys, {
      epochs: leaves ? 1 : 12,
      batchSize: 16,
      shuffle: false,
      verbose: 0,
    });
    losses.push(...(history['loss'] as number[]));
    expect(number).toBeLessThan(10);
    if (leaves) break;
  }
  tf.dispose([xs, ys]);
  return { losses, run };
}

const valuesOf = (model: tfLayers.LayersModel) =>
  tf.tidy(() => model.getWeights().map((weight) => weight.dataSync<'float32'>().slice()));

const bitsOf = ({ bits }: Quantizer) => (bits.weight!.includes(3) ? 3 : bits.weight![0]!);

onEveryBackend('training with every registered method', (test) => {
  for (const quantizer of weightMethods) {
    test(`${quantizer.name}: the loss falls, and leaving early restores the model`, async () => {
      const model = smallNet();
      const recipe: Recipe = { weights: quantizer, bits: bitsOf(quantizer) };
      const optimizer = tf.train.adam(0.03);
      model.compile({ optimizer, loss: 'categoricalCrossentropy' });
      const before = valuesOf(model);
      const left = await trained(model, recipe, { leaves: true });
      await expect(left.run.result).rejects.toMatchObject({ code: 'aborted' });
      expect(valuesOf(model)).toEqual(before);

      const { losses, run } = await trained(model, recipe);
      expect(losses.at(-1)!).toBeLessThan(0.8 * losses[0]!);
      const { model: small, report } = await run.result;
      expect(report.weights.map(({ quantizer: name }) => name)).toEqual([quantizer.name, quantizer.name]);
      const levels = tf.tidy(() => new Set(small.getLayer('out').getWeights()[0]!.dataSync()).size);
      expect(levels).toBeLessThanOrEqual(3 * 2 ** bitsOf(quantizer));
      optimizer.dispose();
      disposeWeights(model);
      disposeWeights(small);
    });

    test(`${quantizer.name}: value and gradient equal an independent derivation`, () => {
      tf.tidy(() => expectDerived(quantizer, bitsOf(quantizer)));
    });
  }

  for (const fit of ['greedy', 'refitted'])
    test(`horq: ${fit} scales follow the weights as they train`, () => {
      tf.tidy(() => {
        const quantizer = registry.find('quantizer', 'horq') as Quantizer;
        const options = { ...optionsOf(quantizer, {}), fit };
        const variable = tf.variable(tf.tensor2d([0.9, -0.4, 0.1, -0.7], [4, 1]));
        const fitSlice = (slice: Float32Array) =>
          quantizer.fit(slice, { role: 'weight', bits: 2, options, random: seededRandom(0) });
        const schemeOf = (now: Float32Array) =>
          encode(now, variable.shape, 'tensor', { bits: 2, fit: fitSlice }).scheme;
        const { shape } = variable;
        const weight = { id: 'w', bits: 2, quantizer, options, shape, slicing: 'tensor', schemeOf } as const;
        const quantized = simulatedVariable(variable, weight);
        const before = quantized().dataSync<'float32'>().slice();
        variable.assign(tf.mul(variable, 2));
        quantized()
          .dataSync()
          .forEach((value, i) => expect(value).toBeCloseTo(2 * before[i]!, 5));
        variable.dispose();
      });
    });

  for (const quantizer of [grid, ranks, halves])
    for (const slicing of ['tensor', { axes: [1] }, { along: 0, group: 4 }] satisfies Slicing[])
      test(`${quantizer.name}, ${JSON.stringify(slicing)}: the backward gets the parameters that the forward gets`, () => {
        tf.tidy(() => expectSameParameters(quantizer, slicing));
      });

  for (const schedule of schedules) {
    test(`schedule ${schedule.name}: every round trains, and the loss falls`, async () => {
      const model = smallNet();
      const optimizer = tf.train.adam(0.03);
      model.compile({ optimizer, loss: 'categoricalCrossentropy' });
      const weights = registry.find('quantizer', partners[schedule.name]!) as Quantizer;
      const { losses, run } = await trained(model, { weights, bits: bitsOf(weights), schedule });
      const { model: small, rounds } = await run.result;
      expect(rounds.length).toBeGreaterThan(1);
      expect(losses).toHaveLength(12 * rounds.length);
      expect(losses.at(-1)!).toBeLessThan(losses[0]!);
      if (schedule.simulates !== true) expect(rounds.at(-1)!.frozen).toBe(1);
      optimizer.dispose();
      disposeWeights(model);
      disposeWeights(small);
    });
  }
});

/** A backward that gives the very numbers of the forward: with other parameters it would give others. */
function expectSameParameters(plain: Quantizer, slicing: Slicing): void {
  const forward = forwardOf(plain);
  const quantizer: Quantizer = { ...plain, backward: (ops, x, _, site) => ({ x: forward(ops, x, site) }) };
  const { variable, quantized } = simulatedWeight(noise(28, seededRandom(8)), quantizer, 1, slicing);
  const { value, grads } = tf.variableGrads(() => tf.sum(quantized()) as tf.Scalar, [variable]);
  value.dispose();
  expect(Object.values(grads)[0]!.dataSync()).toEqual(quantized().dataSync());
  variable.dispose();
}

const noise = (count: number, random: () => number) =>
  Float32Array.from({ length: count }, () => 3 * random() - 1.5);

/** A weight [7, 4] with these values as it is trained. */
function simulatedWeight(values: Float32Array, quantizer: Quantizer, bits: number, slicing: Slicing) {
  const variable = tf.variable(tf.tensor2d(values, [7, 4]), true);
  const options = optionsOf(quantizer, {});
  const context = { role: 'weight', bits, options, random: seededRandom(3) } as const;
  const fit = (slice: Float32Array) => quantizer.fit(slice, context);
  const tensor = encode(values, [7, 4], slicing, { bits, fit });
  const schemeOf = () => tensor.scheme;
  const { shape } = tensor;
  const weight = { id: 'w', bits, quantizer, options, shape, slicing, schemeOf };
  const quantized = simulatedVariable(variable, weight);
  return { variable, options, tensor, quantized };
}

/** A weight of 4 channels; forward by arrays in double precision, gradient by the quantizer's formula on arrays. */
function expectDerived(quantizer: Quantizer, bits: number): void {
  const random = seededRandom(8);
  const [values, upstream] = [noise(28, random), noise(28, random)];
  const { variable, options, tensor, quantized } = simulatedWeight(values, quantizer, bits, { axes: [1] });
  const dy = tf.tensor2d(upstream, [7, 4]);
  const { value, grads } = tf.variableGrads(() => tf.sum(tf.mul(quantized(), dy)) as tf.Scalar, [variable]);
  value.dispose();
  const received = [quantized(), Object.values(grads)[0]!].map((each) => tf.transpose(each).dataSync());

  const rows = (given: ArrayLike<number>): ArrayTensor => ({
    shape: [4, 7],
    data: Float32Array.from({ length: 28 }, (_, i) => given[(i % 7) * 4 + Math.floor(i / 7)]!),
  });
  const parameters = siteParameters(arrayOps, tensor.scheme, 4);
  const site = { role: 'weight', bits, options, parameters } as const;
  const x = rows(values);
  const expectedValue = forwardOf(quantizer)(arrayOps, x, site).data;
  const expectedGradient =
    quantizer.backward?.(arrayOps, x, rows(upstream), site).x.data ?? rows(upstream).data;
  // float32 statistics of 7 values against float64 ones.
  expectedValue.forEach((each, i) => expect(received[0]![i]).toBeCloseTo(each, 5));
  expectedGradient.forEach((each, i) => expect(received[1]![i]).toBeCloseTo(each, 4));
  // What training uses is what is stored.
  rows(decode(tensor)).data.forEach((each, i) => expect(received[0]![i]).toBeCloseTo(each, 4));
  variable.dispose();
}
