import { describe, expect, it } from 'vitest';
import { described, observed } from '../test/contexts.js';
import { evenNormal } from '../test/normal-values.js';
import { deviationOf } from './deviation.js';
import { hwgq } from './hwgq.js';

const quantizer = hwgq();
const nothing = new Float32Array(0);
const fromSample = (values: Float32Array) => deviationOf(values, observed(quantizer, 2, values));
const fromNormal = (mean: number, deviation: number) =>
  deviationOf(nothing, described(quantizer, 2, { mean, deviation }));

describe('deviationOf', () => {
  it('is 1 where nothing is known', () => {
    expect(deviationOf(nothing, described(quantizer, 2))).toBe(1);
    expect(deviationOf(Float32Array.of(5, 7), described(quantizer, 2))).toBe(1);
  });

  it('is the standard deviation of a normal distribution around 0', () => {
    for (const deviation of [1e-6, 0.3, 1, 40]) {
      expect(Math.abs(fromNormal(0, deviation) / deviation - 1)).toBeLessThan(1e-6);
    }
  });

  it('is the same before a rectifier and behind it', () => {
    const before = evenNormal(100_000).map((value) => 1.7 * value);
    const behind = before.map((value) => Math.max(value, 0));
    expect(fromSample(behind)).toBe(fromSample(before));
    // Permits the sampling error of the lattice.
    expect(Math.abs(fromSample(before) / 1.7 - 1)).toBeLessThan(0.001);
  });

  it.each([-30, -3, -1, -0.4, 0.4, 1, 3, 30])('of a normal distribution around %s equals a sum', (mean) => {
    // √E[x² | x > 0] by a plain sum over a fine grid, in units of the largest density there.
    let [mass, power] = [0, 0];
    const shift = mean < 0 ? mean * mean : 0;
    for (let x = 5e-5; x < Math.max(mean, 0) + 12; x += 1e-4) {
      const weight = Math.exp((shift - (x - mean) ** 2) / 2);
      mass += weight;
      power += weight * x * x;
    }
    expect(Math.abs(fromNormal(2.5 * mean, 2.5) / (2.5 * Math.sqrt(power / mass)) - 1)).toBeLessThan(1e-4);
  });

  it('prefers what was observed to what batch normalization says', () => {
    const values = Float32Array.of(-1, 3, 3);
    const context = { ...observed(quantizer, 2, values), normal: { mean: 0, deviation: 1 } };
    expect(deviationOf(values, context)).toBe(3);
    expect(deviationOf(nothing, context)).toBeCloseTo(1, 6);
  });

  it('is 0 where nothing is positive', () => {
    expect(fromSample(Float32Array.of(-1, 0))).toBe(0);
    expect(fromNormal(-1, 0)).toBe(0);
    expect(fromNormal(2, 0)).toBe(2);
  });
});
