import { registry, decode, encode } from '@lowbit/core';
import { chooseQuantizer, seededRandom } from '@lowbit/core/method';
import { describe, expect, it } from 'vitest';
import { normalValues } from '../test/normal.js';
import { absmax, bwn, dorefa, ternary, twn, xnor } from './index.js';

const known = registry([absmax(), bwn(), xnor(), twn(), ternary(), dorefa()]);
const values = normalValues(200_000, 9);

/** What the method makes of normal values, and its mean squared error in variances. */
function measured(method: string, bits: number, of: Float32Array = values) {
  const { quantizer, options } = chooseQuantizer(method, known);
  const context = { role: 'weight', bits, options, random: seededRandom(0) } as const;
  const result = decode(
    encode(of, [of.length], 'tensor', { bits, fit: (slice) => quantizer.fit(slice, context) }),
  );
  const sumOf = (term: (value: number, i: number) => number) =>
    of.reduce((sum, value, i) => sum + term(value, i), 0);
  const errors = sumOf((value, i) => (value - result[i]!) ** 2);
  return { loss: errors / sumOf((value) => value ** 2), result };
}

describe('on 200 000 normal values', () => {
  it.each([
    ['bwn', 1, 0.36338],
    ['xnor', 1, 0.36338],
    ['dorefa', 1, 0.36338],
    ['twn', 2, 0.191625],
    ['twn:factor=0.75', 2, 0.190268],
    ['twn:factor=0.5', 2, 0.213042],
    ['ternary', 2, 0.190174],
  ])('%s at %i bits loses what theory says: %d', (method, bits, loss) => {
    // 0.5 % permits the sampling error of 200 000 values.
    expect(Math.abs(measured(method, bits).loss / loss - 1)).toBeLessThan(0.005);
  });

  it.each([
    ['ternary', 0.5405, 1.22401],
    ['twn:factor=0.75', 0.5496, 1.21384],
    ['twn', 0.5765, 1.18416],
    ['twn:factor=0.5', 0.6899, 1.068],
  ])('%s keeps a share of %d, as ±%d', (method, share, alpha) => {
    const { result } = measured(method, 2);
    const kept = result.filter((value) => value !== 0);
    // Permits the sampling error of 200 000 values, and that the optimum is flat.
    expect(Math.abs(kept.length / result.length - share)).toBeLessThan(0.01);
    expect(Math.abs(Math.abs(kept[0]!) - alpha)).toBeLessThan(0.01);
  });

  it('the exact optimum is never worse than a threshold', () => {
    const optimum = measured('ternary', 2).loss;
    for (const factor of [0.5, 0.6, 0.7, 0.75, 0.767, 0.8, 0.9]) {
      expect(optimum).toBeLessThanOrEqual(measured(`twn:factor=${factor}`, 2).loss);
    }
  });

  it.each([
    [2, 0.9322],
    [3, 0.1961],
    [4, 0.0361],
    [5, 0.0079],
  ])(
    'absmax of an odd number of levels at %i bits loses %d where the largest value is 4.61',
    (bits, loss) => {
      const reaching = values.map((value) => Math.max(-4.61, Math.min(4.61, value)));
      reaching[0] = 4.61;
      // 1 % permits the sampling error; the numbers to compare with have four digits at most.
      expect(Math.abs(measured('absmax:levels=odd', bits, reaching).loss / loss - 1)).toBeLessThan(0.01);
    },
  );
});
