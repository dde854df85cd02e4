import { readFileSync } from 'node:fs';
import { optionsOf, type Quantizer, seededRandom } from '@lowbit/core/method';
import { describe, expect, it, test } from 'vitest';
import type { Affine } from './even-grid.js';
import { minMax } from './min-max.js';
import { mse } from './mse.js';

/** Values and what they count for, with the least error that numpy finds in a scan of 40,000 grids. */
interface Case {
  readonly levels: number;
  readonly zero: 'anywhere' | 'level';
  readonly values: readonly number[];
  readonly importance: readonly number[];
  readonly scanned: number;
}

const fixture = new URL('../../core/fixtures/weighted-grids.json', import.meta.url);
const cases = JSON.parse(readFileSync(fixture, 'utf8')) as readonly Case[];

function fit(quantizer: Quantizer, { values, importance, levels }: Case, isTold: boolean): Affine {
  const context = {
    role: 'weight',
    bits: Math.log2(levels),
    options: optionsOf(quantizer, {}),
    random: seededRandom(0),
    ...(isTold && { importance: Float32Array.from(importance) }),
  } as const;
  return quantizer.fit(Float32Array.from(values), context) as Affine;
}

function errorOf({ values, importance }: Case, { levels, scale, offset }: Affine): number {
  const low = offset ?? (-scale * (levels - 1)) / 2;
  return values.reduce((sum, value, i) => {
    const code = Math.min(Math.max(Math.round((value - low) / scale), 0), levels - 1);
    return sum + importance[i]! * (value - low - scale * code) ** 2;
  }, 0);
}

const quantizers: readonly (readonly [string, Quantizer, Case['zero'] | 'middle'])[] = [
  ['min-max', minMax(), 'anywhere'],
  ['min-max, real', minMax({ zeroPoint: 'real' }), 'anywhere'],
  ['min-max, integer', minMax({ zeroPoint: 'integer' }), 'level'],
  ['min-max, symmetric', minMax({ zeroPoint: 'symmetric' }), 'middle'],
  ['min-max, symmetric and odd', minMax({ zeroPoint: 'symmetric', levels: 'odd' }), 'middle'],
  ['mse', mse(), 'anywhere'],
  ['mse, zero-point', mse({ grid: 'zero-point' }), 'level'],
  ['mse, symmetric', mse({ grid: 'symmetric' }), 'middle'],
];

describe.each(quantizers)('%s', (name, quantizer, zero) => {
  it('makes less of an error where values count for more, and none is larger', () => {
    let [told, untold] = [0, 0];
    for (const one of cases.filter(({ zero: own }) => own === (zero === 'anywhere' ? zero : 'level'))) {
      const [with_, without] = [true, false].map((isTold) => errorOf(one, fit(quantizer, one, isTold)));
      told += Math.log(with_!);
      untold += Math.log(without!);
      // A search of a few dozen grids beside a scan of 40,000: within 2 dB.
      if (name.startsWith('mse') && zero !== 'middle') expect(with_! / one.scanned).toBeLessThan(1.6);
    }
    expect(told).toBeLessThan(untold);
  });

  it('has the grid that was asked for', () => {
    for (const one of cases) {
      const { levels, scale, offset } = fit(quantizer, one, true);
      const zeroPoint = -(offset ?? (-scale * (levels - 1)) / 2) / scale;
      if (zero === 'anywhere') continue;
      expect(Math.abs(zeroPoint - Math.round(zeroPoint))).toBeLessThan(1e-4);
      if (zero === 'middle') expect(Math.abs(zeroPoint - (levels - 1) / 2)).toBeLessThanOrEqual(0.5001);
    }
  });
});

test('the plain range is that of all values, whatever they count for', () => {
  for (const zeroPoint of ['real', 'integer', 'auto'] as const)
    for (const one of cases) {
      const quantizer = minMax({ zeroPoint, refine: 'none' });
      expect(fit(quantizer, one, true)).toEqual(fit(quantizer, one, false));
    }
});

test('values on a grid keep it, whatever they count for', () => {
  const values = Array.from({ length: 40 }, (_, i) => 0.25 * ((i * 7) % 16) - 2);
  const one: Case = {
    levels: 16,
    zero: 'level',
    values,
    importance: values.map((_, i) => i % 5),
    scanned: 0,
  };
  for (const [, quantizer, zero] of quantizers)
    if (zero !== 'middle')
      expect(errorOf({ ...one, importance: values.map(() => 1) }, fit(quantizer, one, true))).toBe(0);
});
