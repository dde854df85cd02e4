import { expect, test } from 'vitest';
import type { Geometry } from '../operators/operator.js';
import { slowerReason } from './cost.js';

const conv = (
  inputs: number,
  outputs: number,
  kernel: number,
  { stride = 1, groups = 1 } = {},
): Geometry => ({
  op: 'Conv',
  products: (inputs / groups) * kernel ** 2,
  outputs,
  inputs: inputs * stride ** 2,
  gathers: kernel > 1,
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
