import '@tensorflow/tfjs-backend-cpu';
import '@tensorflow/tfjs-backend-wasm';
import { seededRandom } from '@lowbit/core';
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, test } from 'vitest';
import { mendWasmKernels } from './mend-wasm-kernels.js';

type Operation = (...inputs: tf.Tensor[]) => tf.Tensor;
type Row = readonly [title: string, shapes: readonly (readonly number[])[], operation: Operation];

/** Values of both signs, without zeros. */
function numbers(shape: readonly number[], random: () => number): Float32Array {
  const size = tf.util.sizeFromShape([...shape]);
  return Float32Array.from({ length: size }, () => (random() - 0.5) * 6 || 1);
}

/** What a backend computes where memory was full of other numbers. */
async function computedOn(
  backend: string,
  shapes: readonly (readonly number[])[],
  operation: Operation,
): Promise<{ values: readonly number[]; shape: readonly number[]; dtype: string }> {
  await tf.setBackend(backend);
  for (const size of [1, 4, 20, 120, 700]) tf.fill([size], 987_654).dispose();
  const random = seededRandom(5);
  const before = tf.engine().backend.numDataIds();
  const result = tf.tidy(() =>
    operation(...shapes.map((shape) => tf.tensor(numbers(shape, random), [...shape]))),
  );
  const { shape, dtype } = result;
  const values = [...result.dataSync()];
  result.dispose();
  expect(tf.engine().backend.numDataIds(), 'tensors left behind').toBe(before);
  return { values, shape, dtype };
}

beforeAll(() => {
  mendWasmKernels();
  mendWasmKernels();
});

const four = (x: tf.Tensor | undefined) => x as tf.Tensor4D;
const five = (x: tf.Tensor | undefined) => x as tf.Tensor5D;
const whole = (x: tf.Tensor | undefined) => tf.cast(tf.mul(x!, 3), 'int32');
const truths = (x: tf.Tensor | undefined) => tf.greater(x!, 0);

/** Kernels shorter than the stride along an axis, and others beside. */
const windows = [
  [
    [1, 3],
    [2, 2],
  ],
  [
    [3, 1],
    [2, 3],
  ],
  [
    [2, 2],
    [3, 3],
  ],
  [
    [2, 4],
    [4, 1],
  ],
  [
    [3, 3],
    [2, 2],
  ],
] as const;

const convolutions = windows.flatMap(([kernel, strides]): Row[] => {
  const title = `kernel ${String(kernel)}, strides ${String(strides)}`;
  const picture = [2, 14, 9, 3];
  const both = [...strides] as [number, number];
  return [
    [`Conv2D, ${title}`, [picture, [...kernel, 3, 4]], (x, w) => tf.conv2d(four(x), four(w), both, 'same')],
    [
      `DepthwiseConv2D, ${title}`,
      [picture, [...kernel, 3, 2]],
      (x, w) => tf.depthwiseConv2d(four(x), four(w), both, 'same'),
    ],
    [
      `fused Conv2D, ${title}`,
      [picture, [...kernel, 3, 4], [4]],
      (x, w, bias) =>
        tf.fused.conv2d({
          ...{ x: four(x), filter: four(w), strides: both, pad: 'same' },
          ...{ bias: bias!, activation: 'relu' },
        }),
    ],
    [
      `fused DepthwiseConv2D, ${title}`,
      [picture, [...kernel, 3, 1], [3], [3]],
      (x, w, bias, slopes) =>
        tf.fused.depthwiseConv2d({
          ...{ x: four(x), filter: four(w), strides: both, pad: 'same' },
          ...{ bias: bias!, activation: 'prelu', preluActivationWeights: slopes! },
        }),
    ],
  ];
});

const volumes: Row[] = (['same', 'valid'] as const).flatMap((pad): Row[] => [
  ['MaxPooling3D', [[2, 6, 5, 7, 3]], (x) => tf.maxPool3d(five(x), [2, 3, 2], [2, 1, 2], pad)],
  [
    'MaxPooling3D of negative values',
    [[2, 4, 5, 3, 2]],
    (x) => tf.maxPool3d(tf.neg(tf.abs(five(x))), [2, 3, 1], [1, 2, 1], pad),
  ],
  [
    'Conv3DTranspose',
    [
      [2, 2, 3, 4, 3],
      [2, 3, 2, 5, 3],
    ],
    (x, w) =>
      tf.conv3dTranspose(
        five(x),
        five(w),
        pad === 'same' ? [2, 4, 3, 8, 5] : [2, 4, 5, 8, 5],
        [2, 1, 2],
        pad,
      ),
  ],
]);

const slopes = [[1, 1, 3], [4, 1, 3], [4, 5, 1], [4, 1, 1], [1, 5, 1], [1, 1, 1], [5, 3], []];

const broadcast: Row[] = [
  ...slopes.map((shape): Row => [
    `PReLU, slopes ${String(shape)}`,
    [[2, 4, 5, 3], shape],
    (x, alpha) => tf.prelu(x!, alpha!),
  ]),
  ...(['add', 'sub', 'mul', 'div', 'squaredDifference'] as const).flatMap((name): Row[] => [
    [
      `${name} of 7 axes`,
      [
        [2, 3, 1, 2, 3, 2, 2],
        [3, 4, 1, 1, 2, 2],
      ],
      (a, b) => tf[name](a!, b!),
    ],
    [
      `${name} of 8 axes, every other alone`,
      [
        [2, 1, 3, 1, 2, 1, 2, 1],
        [1, 3, 1, 2, 1, 2, 1, 3],
      ],
      (a, b) => tf[name](a!, b!),
    ],
  ]),
  [
    'pad 7 axes',
    [[2, 1, 3, 2, 1, 2, 3]],
    (x) =>
      tf.pad(
        x!,
        [
          [0, 1],
          [0, 0],
          [1, 2],
          [2, 0],
          [1, 1],
          [0, 0],
          [0, 3],
        ],
        -7,
      ),
  ],
  [
    'pad 7 axes by nothing',
    [[2, 1, 3, 2, 1, 2, 3]],
    (x) => tf.pad(x!, Array<[number, number]>(7).fill([0, 0])),
  ],
  ['moments of 7 axes', [[2, 3, 1, 2, 1, 3, 2]], (x) => tf.moments(x!, [1, 3, 6], true).variance],
  ['logarithm of softmax of 8 axes', [[1, 2, 1, 3, 1, 2, 2, 3]], (x) => tf.logSoftmax(x!)],
];

const fused: Row[] = (['relu', 'prelu'] as const).flatMap((activation): Row[] => {
  const settings = (bias: tf.Tensor | undefined, alpha: tf.Tensor | undefined) => ({
    ...{ bias: bias!, activation },
    ...(activation === 'prelu' && { preluActivationWeights: alpha! }),
  });
  return [
    [
      `fused product of both transposed, ${activation}`,
      [[5, 4], [6, 5], [6], [4, 1]],
      (a, b, bias, alpha) =>
        tf.fused.matMul({ a: a!, b: b!, transposeA: true, transposeB: true, ...settings(bias, alpha) }),
    ],
    [
      `fused Conv2D, ${activation} of places`,
      [[1, 6, 5, 3], [2, 2, 3, 4], [4], [6, 1, 4]],
      (x, w, bias, alpha) =>
        tf.fused.conv2d({ x: four(x), filter: four(w), strides: 1, pad: 'same', ...settings(bias, alpha) }),
    ],
  ];
});

const types: Row[] = [
  ['cast to truth values', [[3, 5]], (x) => tf.cast(tf.mul(x!, 0.1), 'bool')],
  ['either of truth values', [[5, 7]], (x) => tf.where(tf.greater(x!, 1), truths(x), tf.less(x!, -1))],
  ['MaxPooling2D of integers', [[2, 5, 6, 3]], (x) => tf.maxPool(four(whole(x)), 2, 2, 'same')],
  ['MaxPooling3D of integers', [[2, 5, 6, 3, 2]], (x) => tf.maxPool3d(five(whole(x)), 2, 2, 'same')],
  ['reverse truth values', [[3, 7, 5]], (x) => tf.reverse(truths(x), [0, 2])],
  ['limits of integers', [[4, 9]], (x) => tf.clipByValue(whole(x), -3, 2)],
  ['one-hot truth values, indices out of range', [[3, 6]], (x) => tf.oneHot(whole(x), 4, 1, 0, 'bool')],
  ['one-hot numbers, indices out of range', [[3, 6]], (x) => tf.oneHot(whole(x), 4, 5, -1, 'float32')],
  [
    'strided slice of integers',
    [[4, 9, 3]],
    (x) => tf.stridedSlice(whole(x), [0, 1, 2], [4, 8, 0], [3, 2, -1]),
  ],
  ['strided slice of truth values', [[7, 9]], (x) => tf.stridedSlice(truths(x), [0, 1], [7, 9], [2, 3])],
];

const indices = (shape: [number, number]) =>
  tf.tensor2d(
    Int32Array.from({ length: shape[0] * shape[1] }, (_, i) => (i * 5) % 3),
    shape,
    'int32',
  );

const batches: Row[] = [
  ['gather by batch', [[4, 3, 2]], (x) => tf.gather(x!, indices([4, 5]), 1, 1)],
  ['gather by batch, behind others', [[4, 2, 3, 5]], (x) => tf.gather(x!, indices([4, 2]), 2, 1)],
];

const nothing: Row[] = [
  [
    'Conv2D of no pictures',
    [
      [0, 5, 6, 3],
      [3, 2, 3, 4],
    ],
    (x, w) => tf.conv2d(four(x), four(w), 1, 'valid'),
  ],
  ['MaxPooling2D of no pictures', [[0, 5, 6, 3]], (x) => tf.maxPool(four(x), 2, 2, 'same')],
  ['AveragePooling2D of no pictures', [[0, 5, 6, 3]], (x) => tf.avgPool(four(x), 2, 2, 'same')],
  ['MaxPooling3D of no pictures', [[0, 5, 6, 3, 2]], (x) => tf.maxPool3d(five(x), 2, 2, 'same')],
  [
    'PReLU of nothing',
    [
      [0, 4, 3],
      [4, 1],
    ],
    (x, alpha) => tf.prelu(x!, alpha!),
  ],
  ['sum of nothing', [[3, 0, 2]], (x) => tf.sum(x!, 1)],
  ['sum of all of nothing', [[3, 0]], (x) => tf.sum(x!)],
  ['product of nothing', [[0, 4]], (x) => tf.prod(x!, 0, true)],
  ['maximum without rows', [[0, 5, 2]], (x) => tf.max(x!, 1)],
  ['cumulated sum of nothing', [[0, 3, 4]], (x) => tf.cumsum(x!, 1)],
  ['transposed of nothing', [[0, 2, 3, 0]], (x) => tf.transpose(x!, [2, 1, 3, 0])],
  [
    'products of no matrices',
    [
      [0, 3, 4],
      [0, 4, 5],
    ],
    (a, b) => tf.matMul(a!, b!),
  ],
  [
    'products of no terms',
    [
      [2, 3, 0],
      [2, 0, 4],
    ],
    (a, b) => tf.matMul(a!, b!),
  ],
  ['gather from nothing', [[0, 3, 2]], (x) => tf.gather(x!, indices([2, 2]), 1)],
];

describe('kernels of the wasm backend compute what those of the cpu backend do', () => {
  test.each([...convolutions, ...volumes, ...broadcast, ...fused, ...types, ...batches, ...nothing])(
    '%s',
    async (_, shapes, operation) => {
      const expected = await computedOn('cpu', shapes, operation);
      const received = await computedOn('wasm', shapes, operation);
      expect(received.shape).toEqual(expected.shape);
      expect(received.dtype).toBe(expected.dtype);
      expect(received.values).toHaveLength(expected.values.length);
      const largest = expected.values.reduce((most, value) => Math.max(most, Math.abs(value)), 1);
      // Sums of up to some dozen products in another order.
      const worst = expected.values.map((value, i) => Math.abs(value - received.values[i]!));
      expect(Math.max(0, ...worst)).toBeLessThanOrEqual(1e-6 * largest);
    },
  );
});

test('functions of floats take integers', async () => {
  await tf.setBackend('wasm');
  const [x, mean, variance] = [
    tf.tensor2d([[1, 2]], [1, 2], 'int32'),
    tf.tensor1d([0.5, 1]),
    tf.tensor1d([4, 1]),
  ];
  const values = [
    tf.log1p(x),
    tf.expm1(x),
    tf.reciprocal(x),
    tf.batchNorm(x, mean, variance, undefined, undefined, 0),
  ];
  expect(values.map((each) => [...each.dataSync()].map((value) => value.toFixed(5)))).toEqual([
    ['0.69315', '1.09861'],
    ['1.71828', '6.38906'],
    ['1.00000', '0.50000'],
    ['0.25000', '1.00000'],
  ]);
});

test('maxima, minima and means of nothing are those of TensorFlow', async () => {
  await tf.setBackend('wasm');
  const none = tf.zeros([0, 2]);
  const values = [tf.max(none, 0), tf.min(none, 0), tf.mean(none, 0), tf.max(tf.cast(none, 'int32'), 0)];
  expect(values.map((each) => [...each.dataSync()])).toEqual([
    [-Infinity, -Infinity],
    [Infinity, Infinity],
    [NaN, NaN],
    [-(2 ** 31), -(2 ** 31)],
  ]);
});
