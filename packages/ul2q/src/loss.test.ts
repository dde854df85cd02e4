import { describe, expect, it } from 'vitest';
import { bitsForLoss, expectedLoss, layerLoss } from './loss.js';

describe('bits and loss', () => {
  it('gains 4.9 to 5.7 dB with each bit', () => {
    const gains = Array.from(
      { length: 15 },
      (_, i) => 10 * Math.log10(expectedLoss(i + 1) / expectedLoss(i + 2)),
    );
    expect(Math.min(...gains)).toBeCloseTo(4.85, 1);
    expect(Math.max(...gains)).toBeCloseTo(5.71, 1);
  });

  it('scales with the number of values and their variance', () => {
    expect(layerLoss(1000, 0.5, 4)).toBeCloseTo(1000 * 0.25 * 0.0115428844, 6);
    expect(layerLoss(0, 1, 4)).toBe(0);
  });

  it('finds the smallest number of bits for a loss', () => {
    expect(bitsForLoss(1)).toBe(1);
    expect(bitsForLoss(0.12)).toBe(2);
    expect(bitsForLoss(expectedLoss(7))).toBe(7);
    expect(bitsForLoss(3e-9)).toBe(16);
  });

  it.each([0, -1, 1e-9, NaN])('refuses a loss of %s', (epsilon) => {
    expect(() => bitsForLoss(epsilon)).toThrowError(expect.objectContaining({ code: 'invalid-argument' }));
  });
});
