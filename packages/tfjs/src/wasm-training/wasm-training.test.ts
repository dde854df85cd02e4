import '@tensorflow/tfjs-backend-cpu';
import '@tensorflow/tfjs-backend-wasm';
import { seededRandom } from '@lowbit/core';
import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-layers';
import { beforeAll, describe, expect, test } from 'vitest';
import { registerWasmTraining } from './index.js';

const random = seededRandom(2);
const numbers = (shape: readonly number[]) =>
  Float32Array.from({ length: tf.util.sizeFromShape([...shape]) }, () => random() - 0.5);

type Loss = (...inputs: tf.Tensor[]) => tf.Tensor;

/** Gradients of Σ upstream · f(inputs) with respect to every input. */
async function gradientsOn(backend: string, shapes: readonly number[][], values: Float32Array[], f: Loss) {
  await tf.setBackend(backend);
  const before = tf.memory().numTensors;
  const inputs = shapes.map((shape, i) => tf.tensor(values[i]!, shape));
  const weighted = (...given: tf.Tensor[]) => {
    const y = f(...given);
    const steps = tf.reshape(tf.linspace(-1, 1, y.size), y.shape);
    return tf.sum(tf.mul(y, steps)) as tf.Scalar;
  };
  const gradients = tf.grads(weighted)(inputs);
  const results = gradients.map((gradient) => gradient.dataSync<'float32'>().slice());
  tf.dispose([inputs, gradients]);
  expect(tf.memory().numTensors, 'tensors left behind').toBe(before);
  return results;
}

async function agree(shapes: readonly number[][], f: Loss) {
  const values = shapes.map(numbers);
  const [expected, received] = [
    await gradientsOn('cpu', shapes, values, f),
    await gradientsOn('wasm', shapes, values, f),
  ];
  expected.forEach((list, i) => {
    expect(received[i]!.length).toBe(list.length);
    const largest = list.reduce((most, value) => Math.max(most, Math.abs(value)), 1e-3);
    // Sums of up to some hundred products in another order.
    const worst = list.reduce((most, value, at) => Math.max(most, Math.abs(value - received[i]![at]!)), 0);
    expect(worst / largest).toBeLessThan(5e-6);
  });
}

beforeAll(() => {
  registerWasmTraining();
  registerWasmTraining();
});

type Four = [number, number, number, number];

describe('gradients on wasm equal those of the cpu backend', () => {
  for (const pad of ['same', 'valid', 1] as const)
    for (const stride of [1, 2, 3])
      for (const [size, kernel] of [
        [7, 3],
        [8, 2],
        [5, 1],
        [6, 4],
      ] as const) {
        if (pad === 1 && kernel === 1) continue;
        test(`convolution, pad ${pad}, stride ${stride}, input ${size}, kernel ${kernel}`, () =>
          agree(
            [
              [2, size, size + 1, 3],
              [kernel, kernel, 3, 4],
            ],
            (x, w) =>
              tf.conv2d(
                x as tf.Tensor4D,
                w as tf.Tensor4D,
                stride,
                pad,
                'NHWC',
                1,
                pad === 1 ? 'floor' : undefined,
              ),
          ));
        for (const multiplier of [1, 2])
          test(`depthwise ×${multiplier}, pad ${pad}, stride ${stride}, input ${size}, kernel ${kernel}`, () =>
            agree(
              [
                [2, size, size + 1, 3],
                [kernel, kernel, 3, multiplier],
              ],
              (x, w) =>
                tf.depthwiseConv2d(
                  x as tf.Tensor4D,
                  w as tf.Tensor4D,
                  stride,
                  pad,
                  'NHWC',
                  1,
                  pad === 1 ? 'floor' : undefined,
                ),
            ));
      }

  test('transposed convolution', () =>
    agree(
      [
        [2, 4, 4, 3],
        [3, 3, 5, 3],
      ],
      (x, w) => tf.conv2dTranspose(x as tf.Tensor4D, w as tf.Tensor4D, [2, 8, 8, 5], 2, 'same'),
    ));

  test('fused convolution with bias and activation', () =>
    agree([[2, 6, 6, 3], [3, 3, 3, 4], [4]], (x, filter, bias) =>
      tf.fused.conv2d({
        x: x as tf.Tensor4D,
        filter: filter as tf.Tensor4D,
        bias,
        strides: 1,
        pad: 'same',
        activation: 'relu',
      }),
    ));

  for (const pad of ['same', 'valid'] as const)
    for (const strides of [1, 2, [2, 1, 3] as [number, number, number]])
      test(`convolution in three dimensions, pad ${pad}, strides ${String(strides)}`, () =>
        agree(
          [
            [2, 5, 6, 7, 2],
            [3, 2, 1, 2, 4],
          ],
          (x, w) => tf.conv3d(x as tf.Tensor5D, w as tf.Tensor5D, strides, pad),
        ));

  test('transposed convolution in three dimensions', async () => {
    const values = [numbers([1, 3, 2, 3, 2]), numbers([2, 2, 2, 3, 2])] as const;
    const compute = async (backend: string) => {
      await tf.setBackend(backend);
      return tf.tidy(() => {
        const [x, w] = [tf.tensor5d(values[0], [1, 3, 2, 3, 2]), tf.tensor5d(values[1], [2, 2, 2, 3, 2])];
        return tf.conv3dTranspose(x, w, [1, 6, 4, 6, 3], 2, 'same').dataSync<'float32'>().slice();
      });
    };
    const [expected, received] = [await compute('cpu'), await compute('wasm')];
    // Sums of two products.
    received.forEach((value, i) => expect(value).toBeCloseTo(expected[i]!, 6));
  });

  for (const pad of ['same', 'valid'] as const)
    for (const [size, stride] of [
      [2, 2],
      [3, 2],
      [2, 1],
    ] as const)
      test(`maximum pooling of values on both sides of 0, pad ${pad}, ${size} by ${stride}`, () =>
        agree([[2, 7, 6, 3]], (x) => tf.maxPool(x as tf.Tensor4D, size, stride, pad)));

  test('layer normalization', () =>
    agree([[4, 6], [6], [6]], (x, gamma, beta) => {
      const { mean, variance } = tf.moments(x, -1, true);
      const [centre, spread] = [mean, variance].map((each) => tf.tile(each, [1, 6]));
      const [shift, scale] = [beta, gamma].map((each) => tf.tile(tf.reshape(each!, [1, 6]), [4, 1]));
      return tf.batchNorm2d(
        x as tf.Tensor2D,
        centre as never,
        spread as never,
        shift as never,
        scale as never,
      );
    }));

  test('gather, as embeddings use it', () =>
    agree([[9, 4]], (table) => tf.gather(table, tf.tensor2d([1, 8, 1, 0, 3, 1], [2, 3], 'int32'))));

  const slices: readonly [shape: number[], begin: number[], size: number[]][] = [
    [[7], [2], [4]],
    [
      [4, 5],
      [1, 0],
      [2, 5],
    ],
    [
      [4, 5],
      [1, 2],
      [3, 2],
    ],
    [
      [3, 4, 5],
      [1, 0, 2],
      [2, 4, 3],
    ],
    [
      [2, 4, 5, 3],
      [0, 1, 2, 0],
      [2, 2, 3, 3],
    ],
    [
      [2, 4, 5, 3],
      [1, 0, 1, 1],
      [1, 4, 4, 1],
    ],
    [
      [2, 2, 2, 3, 2],
      [0, 1, 0, 1, 1],
      [2, 1, 2, 2, 1],
    ],
  ];
  for (const [shape, begin, size] of slices)
    test(`slice of ${shape.join('×')} from ${begin.join(', ')}`, () =>
      agree([shape], (x) => tf.slice(x, begin, size)));

  for (const shape of [
    [4, 5, 5, 3],
    [6, 3],
  ])
    test(`batch normalization of rank ${shape.length}`, () =>
      agree([shape, [3], [3], [3], [3]], (x, mean, variance, offset, scale) =>
        tf.batchNorm(
          x as tf.Tensor4D,
          mean as tf.Tensor1D,
          tf.add(variance, 1) as tf.Tensor1D,
          offset as tf.Tensor1D,
          scale as tf.Tensor1D,
        ),
      ));
});

test('slices of whole numbers and of nothing stay what they are', async () => {
  await tf.setBackend('wasm');
  const values = tf.tidy(() => {
    const whole = tf.slice(tf.tensor2d([1, 2, 3, 4, 5, 6], [2, 3], 'int32'), [0, 1], [2, 1]);
    const none = tf.slice(tf.zeros([2, 3]), [0, 1], [0, 2]);
    return [whole, none].map((each) => [each.shape, [...each.dataSync()]]);
  });
  expect(values).toEqual([
    [
      [2, 1],
      [2, 5],
    ],
    [[0, 2], []],
  ]);
});

test('channels first are refused', async () => {
  await tf.setBackend('wasm');
  const attrs = { strides: [1, 1], pad: 'valid', dataFormat: 'NCHW', inputShape: [1, 3, 3, 3] as Four };
  const kernel = tf.getKernel('Conv2DBackpropInput', 'wasm');
  const info: tf.TensorInfo = { dataId: {}, shape: [3, 3, 3, 3], dtype: 'float32' };
  expect(() =>
    kernel.kernelFunc({ inputs: { dy: info, filter: info }, backend: tf.backend(), attrs: attrs as never }),
  ).toThrow('channels last');
});
