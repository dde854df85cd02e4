import { expect, test } from 'vitest';
import type { Geometry } from '../operators/operator.js';
import { layerTimes, recurrentTime, slowerReason } from './cost.js';

const conv = (
  inputs: number,
  outputs: number,
  kernel: number,
  { stride = 1, groups = 1, axes = 2 } = {},
): Geometry => ({
  op: 'Conv',
  products: (inputs / groups) * kernel ** axes,
  outputs,
  inputs: inputs * stride ** axes,
  gathers: kernel > 1,
  axes,
  depthwise: groups === inputs,
});

/** Times of float over those of integers, measured for ConvInteger with the steps around it. */
test.each([
  [conv(16, 32, 1), 0.9],
  [conv(32, 48, 1), 1.1],
  [conv(48, 12, 1), 1.2],
  [conv(96, 96, 1), 1.8],
  [conv(192, 192, 1), 2],
  [conv(384, 384, 1), 2.1],
  [conv(64, 256, 1), 2],
  [conv(96, 24, 3), 1.9],
  [conv(64, 64, 3), 2.1],
  [conv(64, 128, 3, { stride: 2 }), 2.2],
  [conv(192, 192, 5, { groups: 192 }), 0.8],
  // Networks of three such layers each, those of one axis written as 1 × k.
  [conv(32, 32, 3, { axes: 1 }), 1.35],
  [conv(32, 32, 9, { axes: 1 }), 2.1],
  [conv(64, 64, 9, { axes: 1 }), 2.3],
  [conv(128, 128, 7, { axes: 1 }), 2.45],
  [conv(256, 256, 5, { axes: 1 }), 2.6],
  [conv(32, 32, 3, { axes: 3 }), 0.29],
  [conv(32, 64, 3, { axes: 3 }), 0.51],
])('chooses as measured: %#', (geometry, measured) => {
  expect(slowerReason(geometry, 'operators') === undefined).toBe(measured > 1.25);
});

test('asks more of the form that rounds its results', () => {
  expect(slowerReason(conv(96, 96, 1), 'qdq')).toContain('not be faster');
  expect(slowerReason(conv(64, 64, 3), 'qdq')).toBeUndefined();
});

test('names depthwise convolutions', () => {
  expect(slowerReason(conv(32, 32, 3, { groups: 32 }), 'operators')).toContain('depthwise');
});

const product = (size: number): Geometry => ({
  ...{ op: 'Gemm', products: size, outputs: size, inputs: size },
  ...{ gathers: false, axes: 0, depthwise: false },
});

/** Times of float over those of integers, as `npm run layers -w e2e/proof-onnx` measured them: the mean of measured and fixed ranges. */
test.each([
  [product(64), 1, 0.31],
  [product(256), 1, 0.47],
  [product(256), 2, 0.76],
  [product(256), 4, 1.22],
  [product(256), 16, 1.87],
  [product(256), 64, 2.17],
  [product(64), 16, 0.97],
  [product(64), 128, 1.39],
  [conv(16, 16, 1), 49, 0.37],
  [conv(16, 16, 1), 784, 0.64],
  [conv(64, 64, 1), 16, 0.56],
  [conv(64, 64, 1), 196, 1.38],
  [conv(128, 128, 1), 16, 0.96],
  [conv(128, 128, 1), 49, 1.73],
  [conv(16, 16, 3), 16, 0.63],
  [conv(16, 16, 3), 196, 1.35],
  [conv(64, 64, 3), 1, 2.18],
  [conv(64, 64, 3), 49, 2.01],
  [conv(128, 128, 3), 1, 3.08],
])('few positions count as measured: %#', (geometry, positions, measured) => {
  const { float, integers } = layerTimes(geometry, 'operators', { positions, fusesNext: false });
  expect(Math.abs(Math.log(float / integers / measured))).toBeLessThan(Math.log(1.35));
});

test('an operator that floats are computed along with takes time of its own', () => {
  const times = (fusesNext: boolean) => layerTimes(product(64), 'operators', { positions: 16, fusesNext });
  expect(times(true).float).toBe(times(false).float);
  expect(times(true).integers).toBeGreaterThan(times(false).integers);
});

test.each([
  ['LSTM', 64, 16, 65],
  ['LSTM', 64, 64, 231],
  ['LSTM', 64, 128, 772],
  ['LSTM', 64, 256, 2745],
  ['GRU', 64, 16, 44],
  ['GRU', 16, 64, 56],
  ['GRU', 64, 128, 537],
  ['RNN', 64, 16, 40],
  ['RNN', 64, 64, 133],
  ['RNN', 64, 256, 1409],
])(
  '%s over %d steps with %d inputs and units takes what was measured, %d µs',
  (op, steps, units, measured) => {
    const gates = { LSTM: 4, GRU: 3, RNN: 1 }[op] as number;
    const ratio = recurrentTime(op, steps, gates * units * 2 * units) / 1000 / measured;
    // Fitted to 35 %.
    expect(ratio).toBeGreaterThan(0.65);
    expect(ratio).toBeLessThan(1.35);
  },
);
