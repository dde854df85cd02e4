import { quantize } from '@lowbit/core';
import * as tf from '@tensorflow/tfjs-core';
import { layers, sequential, type LayersModel } from '@tensorflow/tfjs-layers';
import { expect, vi, type MockInstance } from 'vitest';
import { onEveryBackend } from '../../test/backends.js';
import { memoryFile } from '../../test/memory-file.js';
import { grid, ranks } from '../../test/quantizers.js';
import { save, tfjs } from '../index.js';
import { disposeWeights } from '../model/dispose-weights.js';
import { load } from './index.js';

type Layer = layers.Layer;

/** Layers that multiply by packed kernels where there are few positions, with the shape of their input. */
const cases: readonly (readonly [string, number[], () => Layer])[] = [
  ['Dense', [1, 40], () => layers.dense({ units: 12, activation: 'softmax' })],
  ['Dense of sequences, without a bias', [2, 5, 6], () => layers.dense({ units: 16, useBias: false })],
  ['Conv1D', [2, 9, 5], () => layers.conv1d({ filters: 20, kernelSize: 3, strides: 2, padding: 'same' })],
  ['Conv2D', [1, 7, 6, 4], () => layers.conv2d({ filters: 13, kernelSize: [3, 2], activation: 'relu' })],
  [
    'Conv2D with a border',
    [2, 7, 6, 4],
    () => layers.conv2d({ filters: 24, kernelSize: 3, strides: [2, 3], padding: 'same' }),
  ],
  [
    'Conv2D with gaps',
    [1, 9, 9, 3],
    () => layers.conv2d({ filters: 45, kernelSize: 3, dilationRate: 2, padding: 'same', useBias: false }),
  ],
];

/** The same packed model, once as floats, and packed. */
async function bothForms(shape: readonly number[], layer: Layer, quantizer = grid) {
  const model = sequential({ layers: [layers.inputLayer({ inputShape: shape.slice(1) }), layer] });
  tf.tidy(() => {
    const random = (one: tf.Tensor, seed: number) => tf.randomUniform(one.shape, -1, 1, 'float32', seed + 1);
    model.setWeights(model.getWeights().map(random));
  });
  const { model: small } = await quantize(tfjs(model), { weights: quantizer, bits: 4 });
  const file = memoryFile();
  await save(small, file);
  for (const each of [model, small]) disposeWeights(each);
  return [await load(file), await load(file, { weights: 'packed' })] as const;
}

/** Whether a tensor as large as the kernel is made. */
function expands(model: LayersModel, work: () => void): boolean {
  type Track = MockInstance<(tensor: tf.Tensor) => void>;
  const track = vi.spyOn(tf.engine(), 'trackTensor' as never) as unknown as Track;
  work();
  const shapes = track.mock.calls.map(([tensor]) => `${tensor.shape}`);
  track.mockRestore();
  return shapes.includes(`${model.weights.find(({ name }) => name.includes('kernel'))!.shape}`);
}

onEveryBackend('multiplying by packed kernels', (test) => {
  const isWasm = () => tf.getBackend() === 'wasm';

  for (const [name, shape, make] of cases)
    for (const quantizer of [grid, ranks])
      test(`${name} gives what it gives with floats of ${quantizer.name}`, async () => {
        const [float, packed] = await bothForms(shape, make(), quantizer);
        const input = tf.randomUniform(shape, -1, 1, 'float32', 9);
        const wanted = float.predict(input) as tf.Tensor;
        let output = wanted;
        expect(expands(packed, () => void (output = packed.predict(input) as tf.Tensor))).toBe(!isWasm());
        expect(output.shape).toEqual(wanted.shape);
        const [got, values] = [output.dataSync(), wanted.dataSync()];
        // Float rounding: the backend may sum in another order.
        for (const [i, value] of values.entries()) expect(got[i]).toBeCloseTo(value, 5);
        tf.dispose([input, wanted, output]);
        for (const each of [float, packed]) disposeWeights(each);
      });

  test('kernels that are used at many places are expanded', async () => {
    const [float, packed] = await bothForms([1, 12, 12, 4], layers.conv2d({ filters: 8, kernelSize: 3 }));
    const input = tf.ones([1, 12, 12, 4]);
    const outputs: tf.Tensor[] = [];
    expect(expands(packed, () => void outputs.push(packed.predict(input) as tf.Tensor))).toBe(true);
    tf.dispose([input, ...outputs]);
    for (const each of [float, packed]) disposeWeights(each);
  });

  test('gradients with respect to inputs are those of floats', async () => {
    const [float, packed] = await bothForms([2, 5, 6], layers.dense({ units: 16, activation: 'tanh' }));
    const input = tf.randomUniform([2, 5, 6], -1, 1, 'float32', 4);
    const gradient = (model: LayersModel) =>
      tf.tidy(() =>
        tf
          .grad((x) => model.apply(x) as tf.Tensor)(input)
          .dataSync(),
      );
    expect(gradient(packed)).toEqual(gradient(float));
    tf.dispose(input);
    for (const each of [float, packed]) disposeWeights(each);
  });

  test('inputs of other shapes are refused as by the layer', async () => {
    const [float, packed] = await bothForms([1, 40], layers.dense({ units: 12 }));
    const layer = packed.layers.at(-1)!;
    expect(() => tf.tidy(() => layer.call(tf.ones([1, 39]), {}))).toThrow(/39/);
    for (const each of [float, packed]) disposeWeights(each);
  });
});
