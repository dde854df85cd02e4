import { seededRandom } from '@lowbit/core';
import * as tf from '@tensorflow/tfjs-core';
import { expect } from 'vitest';
import { onEveryBackend } from '../../test/backends.js';
import { patchesOf, type Window } from './patches.js';

const shape: [number, number, number, number] = [2, 5, 6, 3];
const random = seededRandom(3);
const values = Float32Array.from({ length: 180 }, () => random() - 0.5);

const windows: Window[] = [
  { size: [3, 3], strides: [1, 1], padding: 'same', dilation: [1, 1] },
  { size: [2, 3], strides: [1, 1], padding: 'valid', dilation: [1, 1] },
  { size: [3, 2], strides: [1, 1], padding: 'same', dilation: [2, 2] },
  { size: [1, 1], strides: [1, 1], padding: 'valid', dilation: [1, 1] },
  { size: [3, 3], strides: [2, 2], padding: 'same', dilation: [1, 1] },
];

onEveryBackend('patches', (test) => {
  for (const window of windows) {
    const { size, strides, padding, dilation } = window;
    const title = `kernel ${size.join('×')}, ${padding}, stride ${strides[0]}, dilation ${dilation[0]}`;
    test(`times the kernel as a matrix are the convolution: ${title}`, () => {
      tf.tidy(() => {
        const x = tf.tensor4d(values, shape);
        const length = size[0] * size[1] * 3;
        const kernel = tf.tensor2d(
          Float32Array.from({ length: length * 4 }, (_, i) => Math.sin(i)),
          [length, 4],
        );
        const patches = patchesOf(x, window);
        const product = tf.matMul(tf.reshape(patches, [-1, length]), kernel);
        const filter = tf.reshape(kernel, [...size, 3, 4]) as tf.Tensor4D;
        const expected = tf.conv2d(x, filter, strides, padding, 'NHWC', dilation).dataSync();
        // Sums of at most 27 products in another order.
        product.dataSync().forEach((value, i) => expect(value).toBeCloseTo(expected[i]!, 5));
      });
    });
  }

  // The wasm backend has no gradient of the convolution that strides need; see `registerWasmTraining`.
  for (const window of windows.filter(({ strides }) => strides[0] === 1))
    test(`the gradient is the transposed map: kernel ${window.size.join('×')}, ${window.padding}`, () => {
      tf.tidy(() => {
        const x = tf.tensor4d(values, shape);
        const patches = patchesOf(x, window);
        const upstream = tf.tensor(
          Float32Array.from({ length: patches.size }, (_, i) => Math.cos(i)),
          patches.shape,
        );
        const gradient = tf.grad((given: tf.Tensor) =>
          tf.sum(tf.mul(patchesOf(given as tf.Tensor4D, window), upstream)),
        )(x);
        const [forward, backward] = [tf.mul(patches, upstream), tf.mul(x, gradient)].map(
          (product) => tf.sum(product).dataSync()[0]!,
        );
        // Two sums of up to 1,600 products of size 0.5, in different order.
        expect(backward).toBeCloseTo(forward!, 3);
      });
    });

  test('the gradient counts how often a value is seen', () => {
    tf.tidy(() => {
      const window: Window = { size: [2, 2], strides: [1, 1], padding: 'valid', dilation: [1, 1] };
      const seen = tf.grad((x: tf.Tensor) => tf.sum(patchesOf(x as tf.Tensor4D, window)))(
        tf.zeros([1, 3, 3, 1]),
      );
      expect([...seen.dataSync()]).toEqual([1, 2, 1, 2, 4, 2, 1, 2, 1]);
    });
  });
});
