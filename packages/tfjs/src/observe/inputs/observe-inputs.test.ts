import type { Batch } from '@lowbit/core';
import { type GroupInputs, type InputMoments, mostInputRows } from '@lowbit/core/adapter';
import * as tf from '@tensorflow/tfjs-core';
import * as tfLayers from '@tensorflow/tfjs-layers';
import '@tensorflow/tfjs-backend-cpu';
import { beforeAll, describe, expect, it, test } from 'vitest';
import { withSeededWeights } from '../../../test/models.js';
import { tfjs } from '../../tfjs.js';

beforeAll(() => tf.setBackend('cpu'));

const { layers, sequential } = tfLayers;

const numbers = (count: number, seed = 1) =>
  Float32Array.from({ length: count }, (_, i) => Math.sin(seed * 7 + i * i));

/** A model of one layer, with what it gives for two samples. */
function single(layer: tfLayers.layers.Layer, shape: readonly number[]) {
  const model = withSeededWeights(sequential({ layers: [layer] }));
  const size = [2, ...shape];
  const data = numbers(tf.util.sizeFromShape(size));
  const batch: Batch = { inputs: { [model.inputNames[0]!]: { shape: size, data } } };
  const output = tf.tidy(() => (model.apply(tf.tensor(data, size)) as tf.Tensor).dataSync<'float32'>());
  return { model, batch, output };
}

async function observe(model: tfLayers.LayersModel, batches: readonly Batch[]) {
  const port = tfjs(model);
  const weights = (await port.layers()).flatMap((layer) => layer.weights);
  const asked = [...new Set(weights.map(({ id }) => id))];
  return { weights, ...(await port.observeInputs(batches, { weights: asked })) };
}

const all = ({ seen, heldOut }: GroupInputs): readonly InputMoments[] => [
  seen,
  ...(heldOut ? [heldOut] : []),
];

/** w x xᵀ wᵀ, summed. */
function quadratic(w: readonly number[], moments: readonly InputMoments[]): number {
  let sum = 0;
  for (const { products, inputs } of moments) {
    expect(w).toHaveLength(inputs);
    for (let i = 0, at = 0; i < inputs; i++)
      for (let j = i; j < inputs; j++) sum += (i === j ? 1 : 2) * w[i]! * w[j]! * products[at++]!;
  }
  return sum;
}

const plain = { useBias: false } as const;
const window = { ...plain, kernelSize: [3, 2] as [number, number], filters: 4 };

const cases: readonly (readonly [
  string,
  readonly number[],
  (inputShape: number[]) => tfLayers.layers.Layer,
])[] = [
  ['Dense', [5], (inputShape) => layers.dense({ ...plain, units: 3, inputShape })],
  ['Dense of sequences', [4, 5], (inputShape) => layers.dense({ ...plain, units: 3, inputShape })],
  [
    'Conv1D with dilated windows',
    [9, 3],
    (inputShape) =>
      layers.conv1d({ ...plain, kernelSize: 3, filters: 4, dilationRate: 2, padding: 'same', inputShape }),
  ],
  ['Conv2D', [7, 6, 3], (inputShape) => layers.conv2d({ ...window, inputShape })],
  [
    'Conv2D with strides and padding',
    [7, 6, 3],
    (inputShape) => layers.conv2d({ ...window, strides: [2, 3], padding: 'same', inputShape }),
  ],
  [
    'Conv2D with dilated windows',
    [9, 8, 3],
    (inputShape) => layers.conv2d({ ...window, dilationRate: [2, 3], padding: 'same', inputShape }),
  ],
  [
    'Conv3D',
    [4, 5, 6, 2],
    (inputShape) =>
      layers.conv3d({
        ...plain,
        kernelSize: [2, 3, 2],
        filters: 3,
        strides: [1, 2, 1],
        padding: 'same',
        inputShape,
      }),
  ],
  [
    'Conv2DTranspose',
    [4, 5, 3],
    (inputShape) => layers.conv2dTranspose({ ...window, strides: [2, 3], padding: 'same', inputShape }),
  ],
  [
    'DepthwiseConv2D',
    [7, 6, 3],
    (inputShape) =>
      layers.depthwiseConv2d({
        ...plain,
        kernelSize: [3, 2],
        depthMultiplier: 2,
        strides: 2,
        padding: 'same',
        inputShape,
      }),
  ],
  ['Embedding of a table', [4], (inputShape) => layers.embedding({ inputDim: 8, outputDim: 3, inputShape })],
];

describe.each(cases.slice(0, -1))('%s', (_, shape, make) => {
  it('makes its outputs of the rows that are told', async () => {
    const { model, batch, output } = single(make([...shape]), shape);
    const { weights, inputs } = await observe(model, [batch]);
    const { id, shape: view, outputAxes, read } = weights[0]!;
    const values = await read();
    const inputAxes = view.map((__, axis) => axis).filter((axis) => !outputAxes.includes(axis));
    const strides = view.map((__, axis) => tf.util.sizeFromShape(view.slice(axis + 1)));
    const placesOf = (axes: readonly number[]) =>
      axes.reduce(
        (places, axis) =>
          places.flatMap((place) =>
            Array.from({ length: view[axis]! }, (__, i) => place + i * strides[axis]!),
          ),
        [0],
      );
    const { groups } = inputs.get(id)!;
    const channels = placesOf(outputAxes);
    const power = channels.reduce((sum, channel, c) => {
      const own = all(groups[Math.floor((c * groups.length) / channels.length)]!);
      return (
        sum +
        quadratic(
          placesOf(inputAxes).map((place) => values[channel + place]!),
          own,
        )
      );
    }, 0);
    expect(power / output.reduce((sum, y) => sum + y * y, 0)).toBeCloseTo(1, 4);
  });
});

const rows = (count: number, first = 0): Batch => ({
  inputs: { x: { shape: [count, 3], data: Float32Array.from({ length: 3 * count }, (_, i) => first + i) } },
});

function dense() {
  const x = tfLayers.input({ shape: [3], name: 'x' });
  const shared = layers.dense({ units: 3, name: 'shared' });
  const first = shared.apply(x) as tfLayers.SymbolicTensor;
  const outputs = [shared.apply(first), layers.dense({ units: 2, name: 'other' }).apply(x)];
  return withSeededWeights(tfLayers.model({ inputs: x, outputs: outputs as tfLayers.SymbolicTensor[] }));
}

test('a fifth of the samples is kept back, over batches', async () => {
  const { inputs } = await observe(dense(), [rows(4), rows(6, 12)]);
  const [{ seen, heldOut }] = inputs.get('other/kernel')!.groups as [GroupInputs];
  expect([seen.count, heldOut!.count]).toEqual([8, 2]);
  // Samples 4 and 9 of 10: rows that begin with 12 and 27.
  expect(Array.from(heldOut!.sums)).toEqual([39, 41, 43]);
});

test('a layer that is used twice has the rows of both', async () => {
  const { inputs } = await observe(dense(), [rows(5)]);
  expect(inputs.get('shared/kernel')!.groups[0]).toMatchObject({ seen: { count: 8 }, heldOut: { count: 2 } });
});

test('of more rows than are taken, as many are drawn evenly, over all users, the same each time', async () => {
  const model = dense();
  const count = mostInputRows + 10;
  const { inputs } = await observe(model, [rows(count), rows(count, 3 * count)]);
  for (const id of ['shared/kernel', 'other/kernel']) {
    const [{ seen, heldOut }] = inputs.get(id)!.groups as [GroupInputs];
    expect(Math.abs(seen.count + heldOut!.count - mostInputRows)).toBeLessThan(3);
  }
  const [{ seen, heldOut }] = inputs.get('other/kernel')!.groups as [GroupInputs];
  const mean = (seen.sums[0]! + heldOut!.sums[0]!) / (seen.count + heldOut!.count);
  expect(mean / (3 * count)).toBeCloseTo(1, 3);
  expect((await observe(model, [rows(count), rows(count, 3 * count)])).inputs).toEqual(inputs);
});

test('the state of an LSTM is what its recurrent weights see: the outputs of the steps before', async () => {
  const units = 4;
  const layer = layers.lstm({
    units,
    recurrentInitializer: 'zeros',
    returnSequences: true,
    inputShape: [5, 3],
    name: 'lstm',
  });
  const { model, batch, output } = single(layer, [5, 3]);
  const { inputs } = await observe(model, [batch]);
  const groups = inputs.get('lstm/recurrent_kernel')!.groups;
  expect(groups).toHaveLength(1);
  const sums = all(groups[0]!).reduce(
    (sum, one) => one.sums.map((value, i) => value + sum[i]!),
    new Float32Array(units),
  );
  const expected = new Float32Array(units);
  for (let sample = 0; sample < 2; sample++)
    for (let step = 0; step < 4; step++)
      for (let i = 0; i < units; i++) expected[i]! += output[(sample * 5 + step) * units + i]!;
  sums.forEach((sum, i) => expect(sum).toBeCloseTo(expected[i]!, 4));
  expect(all(groups[0]!).reduce((sum, { count }) => sum + count, 0)).toBe(10);
});

test('gates of a GRU that take another input than the others have moments of their own', async () => {
  const layer = layers.gru({
    units: 4,
    recurrentInitializer: 'zeros',
    inputShape: [5, 3],
    name: 'gru',
  });
  const { model, batch } = single(layer, [5, 3]);
  const { inputs } = await observe(model, [batch]);
  const { groups } = inputs.get('gru/recurrent_kernel')!;
  expect(groups).toHaveLength(3);
  expect(groups[1]).toBe(groups[0]);
  expect(groups[2]!.seen.products).not.toEqual(groups[0]!.seen.products);
  expect(inputs.get('gru/kernel')!.groups).toHaveLength(1);
});

test('a table of embeddings has no rows, and inputs that are dead are no errors', async () => {
  const [, , make] = cases.at(-1)!;
  const { model, batch } = single(make([4]), [4]);
  const index = {
    ...batch,
    inputs: { [model.inputNames[0]!]: { shape: [2, 4], data: [0, 1, 2, 3, 4, 5, 6, 7] } },
  };
  const { unknown } = await observe(model, [index]);
  expect([...unknown.values()]).toEqual(['the inputs of GatherV2 are not looked at']);
  const zeros = { inputs: { x: { shape: [5, 3], data: new Float32Array(15) } } };
  const { inputs } = await observe(dense(), [zeros]);
  expect(inputs.get('other/kernel')!.groups[0]!.seen.products.every((value) => value === 0)).toBe(true);
});

test('no batches, and batches that do not fit, are refused', async () => {
  await expect(observe(dense(), [])).rejects.toMatchObject({ code: 'calibration-invalid' });
  await expect(observe(dense(), [{ inputs: {} }])).rejects.toMatchObject({ code: 'invalid-argument' });
});
