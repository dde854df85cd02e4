import { decode, encode } from '@lowbit/core';
import { arrayOps, optionsOf, seededRandom, siteParameters, type Site } from '@lowbit/core/method';
import { describe, expect, it } from 'vitest';
import { measuredForward } from './measured-forward.js';
import { stepOf } from './steps.js';
import { ul2q } from './ul2q.js';

const random = seededRandom(5);
const [slices, length] = [3, 500];
/** Sums of four uniform numbers: about normal; each row at a place and of a width of its own. */
const weights = Float32Array.from({ length: slices * length }, (_, i) => {
  const row = Math.floor(i / length);
  return row - 1 + 0.1 * 4 ** row * (random() + random() + random() + random() - 2);
});
const matrix = (data: Float32Array) => arrayOps.constant({ shape: [slices, length], data });

function decoded(bits: number): Float32Array {
  const method = ul2q();
  const context = { role: 'weight', bits, options: optionsOf(method, {}), random } as const;
  const fit = (slice: Float32Array) => method.fit(slice, context);
  return decode(encode(weights, [slices, length], { axes: [0] }, { bits, fit }));
}

describe('measuredForward', () => {
  it.each([1, 2, 3, 4, 5, 6, 7, 8, 12])('gives what is stored afterwards: %i bits', (bits) => {
    const step = stepOf(bits, 'exact');
    const output = measuredForward(arrayOps, matrix(weights), bits, step).data;
    const stored = decoded(bits);
    const deviations = [0.1, 0.4, 1.6].map((width) => width * Math.sqrt(1 / 3));
    const differing = [...output].filter((value, i) => {
      const grid = step * deviations[Math.floor(i / length)]!;
      // Permits float32 rounding of β, σ and α; a border of two levels may be crossed by it.
      const difference = Math.abs(value - stored[i]!);
      expect(difference).toBeLessThan(1.2 * grid + 1e-5);
      return difference > 1e-5;
    });
    expect(differing.length).toBeLessThan(bits < 9 ? 2 : 20);
  });

  it('follows the weights, whatever the parameters were fitted to', () => {
    const method = ul2q();
    const fitted = method.fit(Float32Array.of(-1, 1), {
      role: 'weight',
      bits: 4,
      options: optionsOf(method, {}),
      random,
    });
    if (fitted.kind !== 'affine') throw new Error(fitted.kind);
    const scheme = {
      ...fitted,
      scale: new Float32Array(slices).fill(fitted.scale),
      offset: new Float32Array(slices).fill(fitted.offset ?? 0),
    };
    const site: Omit<Site<typeof x>, 'role'> = {
      bits: 4,
      options: optionsOf(method, {}),
      parameters: siteParameters(arrayOps, scheme, slices),
    };
    const x = matrix(weights.map((value) => 100 * value));
    const asWeight = method.forward?.(arrayOps, x, { ...site, role: 'weight' }).data ?? [];
    expect(Math.max(...asWeight)).toBeGreaterThan(100);
    const asActivation = method.forward?.(arrayOps, x, { ...site, role: 'activation' }).data ?? [];
    expect(Math.max(...asActivation)).toBeLessThan(3);
  });

  it('gives rows without deviation their mean', () => {
    const x = arrayOps.constant({ shape: [3, 2], data: [0.3, 0.3, 0, 0, 1e-30, -1e-30] });
    expect([...measuredForward(arrayOps, x, 3, 0.5).data]).toEqual([
      ...Float32Array.of(0.3, 0.3, 0, 0, 0, 0),
    ]);
  });
});
