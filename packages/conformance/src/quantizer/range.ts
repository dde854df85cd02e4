import { range, type Quantizer } from '@lowbit/core';
import { difference } from '../difference.js';
import { must, type Law } from '../law.js';
import { ordinaryValues } from '../samples.js';
import { contextOf, fit, usableWidths } from './fit.js';
import { describe } from './parameters.js';

/** The law of quantizers that can fit weights by their range. */
export function rangeLaws(quantizer: Quantizer): readonly Law[] {
  if (quantizer.fitRange === undefined) return [];
  return [{ title: 'fits a range as it fits values of that range', run: () => checkRanges(quantizer) }];
}

function checkRanges(quantizer: Quantizer): void {
  for (const width of usableWidths(quantizer).filter(({ role }) => role === 'weight')) {
    for (const [name, values] of Object.entries(samples())) {
      const { min, max } = range(values);
      const known = quantizer.fitRange?.(min, max, contextOf(quantizer, width));
      const found = known && difference(fit(quantizer, values, width), known);
      must(
        found === undefined,
        () => `${describe(width)}, ${name}: fitted to the values and to their range, ${found}`,
      );
    }
  }
}

function samples(): Record<string, Float32Array> {
  const ordinary = ordinaryValues();
  return {
    'ordinary values': ordinary,
    'values above 0': ordinary.map((value) => 1 + value),
    'values below 0': ordinary.map((value) => value - 1),
    'values of which most are 0': ordinary.map((value, i) => (i % 4 === 0 ? value : 0)),
    'one value many times': new Float32Array(8).fill(0.3),
    zeros: new Float32Array(8),
  };
}
