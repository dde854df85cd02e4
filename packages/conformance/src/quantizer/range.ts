import type { Options, Quantizer } from '@lowbit/core';
import { affineGrids, optionsOf, range, type SliceParameters } from '@lowbit/core/method';
import { difference } from '../difference.js';
import { must, type Law } from '../law.js';
import { ordinaryValues } from '../samples.js';
import { contextOf, fit, type Width } from './fit.js';
import { widthsOf } from './grids.js';
import { describe } from './parameters.js';

/** The law of quantizers that can fit weights by their range. */
export function rangeLaws(quantizer: Quantizer): readonly Law[] {
  if (quantizer.fitRanges === undefined) return [];
  return [{ title: 'fits ranges as it fits values of those ranges', run: () => checkRanges(quantizer) }];
}

/** With the options at hand, and with those of each grid that it declares. */
function checkRanges(quantizer: Quantizer): void {
  for (const [kind, chosen] of Object.entries({ 'at hand': {}, ...quantizer.grids }))
    for (const isWeighted of [false, true])
      checkRangesWith(quantizer, optionsOf(quantizer, chosen), widthsOf(quantizer, kind), isWeighted);
}

/** @param isWeighted Whether values count for different amounts. */
function checkRangesWith(
  quantizer: Quantizer,
  options: Options,
  widths: readonly Width[],
  isWeighted: boolean,
): void {
  for (const width of widths.filter(({ role }) => role === 'weight')) {
    for (const [name, values] of Object.entries(samples())) {
      const { min, max } = range(values);
      const ranges = { min: Float32Array.of(min), max: Float32Array.of(max) };
      const given = { options, ...(isWeighted && { importance: countsOf(values) }) };
      const known = quantizer.fitRanges?.(ranges, contextOf(quantizer, width, given));
      const found = known && difference(gridsOf(fit(quantizer, values, width, given)), known);
      must(
        found === undefined,
        () => `${describe(width)}, ${name}: fitted to the values and to their range, ${found}`,
      );
    }
  }
}

/** One slice as a scheme, where it is an even grid. */
export function gridsOf(parameters: SliceParameters): unknown {
  if (parameters.kind !== 'affine') return parameters;
  const grids = affineGrids(1);
  grids.add(parameters);
  return grids.scheme();
}

/** What values count for, where they do not count alike: of slices of even length the same wherever these begin. */
export const countsOf = (values: Float32Array): Float32Array => values.map((_, i) => (i % 2 === 0 ? 1 : 5));

/** Slices of equal length of every kind that methods tell apart, by name. */
export function samples(): Record<string, Float32Array> {
  const ordinary = ordinaryValues();
  return {
    'ordinary values': ordinary,
    'values above 0': ordinary.map((value) => 1 + value),
    'values below 0': ordinary.map((value) => value - 1),
    'values of which most are 0': ordinary.map((value, i) => (i % 4 === 0 ? value : 0)),
    'one value many times': new Float32Array(ordinary.length).fill(0.3),
    zeros: new Float32Array(ordinary.length),
  };
}
