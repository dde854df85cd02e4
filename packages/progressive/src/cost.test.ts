import { expect, test } from 'vitest';
import { bitOperations, codeBytes, memorySaved } from './cost.js';

/** Weights of the stages: 3 × 3 convolutions, and the 1 × 1 shortcuts of ResNet-18. */
const resnet20 = [13_824, 50_688, 202_752];
const resnet18 = [147_456, 524_288, 2_097_152, 8_388_608];

test.each([
  { net: 'ResNet-20', counts: resnet20, widths: [4, 2, 1], against: 2, saved: 0.3276 },
  { net: 'ResNet-20', counts: resnet20, widths: [3, 2, 1], against: 2, saved: 0.3534 },
  { net: 'ResNet-20', counts: resnet20, widths: [8, 4, 2], against: 4, saved: 0.3276 },
  { net: 'ResNet-20', counts: resnet20, widths: [4, 3, 2], against: 3, saved: 0.2356 },
  { net: 'ResNet-18', counts: resnet18, widths: [4, 3, 2, 1], against: 2, saved: 0.3392 },
  { net: 'ResNet-18', counts: resnet18, widths: [4, 4, 2, 1], against: 2, saved: 0.3157 },
  { net: 'ResNet-18', counts: resnet18, widths: [4, 4, 3, 2], against: 3, saved: 0.231 },
])('$net with $widths bits saves $saved against $against', ({ counts, widths, against, saved }) => {
  const weights = counts.map((count, i) => ({ count, bits: widths[i]! }));
  expect(memorySaved(weights, against)).toBeCloseTo(saved, 3);
});

test('codes of each layer fill whole bytes', () => {
  expect(
    codeBytes([
      { count: 3, bits: 3 },
      { count: 8, bits: 1 },
    ]),
  ).toBe(2 + 1);
  expect(codeBytes([])).toBe(0);
});

test('falling widths cost more bit operations than two bits everywhere', () => {
  const stages = (widths: readonly number[]) =>
    widths.map((bits) => ({ macs: 1 / 3, weightBits: bits, activationBits: bits }));
  expect(bitOperations(stages([4, 2, 1]))).toBeCloseTo(7, 12);
  expect(bitOperations(stages([2, 2, 2]))).toBeCloseTo(4, 12);
});
