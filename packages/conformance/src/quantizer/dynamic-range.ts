import type { Quantizer } from '@lowbit/core';
import { observedBy, range, type SliceParameters } from '@lowbit/core/method';
import { must, type Law } from '../law.js';
import { ordinaryValues } from '../samples.js';
import { contextOf, fit, usableWidths } from './fit.js';
import { describe } from './parameters.js';

/** Relative to a step, what parameters in float32 and other orders of the same operations may differ by. */
const permitted = 1e-3;

/** The law of quantizers that declare to measure the range of the values, which integer layers then do in their place. */
export function dynamicRangeLaws(quantizer: Quantizer): readonly Law[] {
  if (quantizer.dynamic !== 'range') return [];
  return [{ title: 'spans the range that it declares to measure', run: () => checkRanges(quantizer) }];
}

function checkRanges(quantizer: Quantizer): void {
  const ordinary = ordinaryValues();
  const samples: Readonly<Record<string, Float32Array>> = {
    'ordinary values': ordinary,
    'values above 0': ordinary.map((value) => 1 + value),
    'values below 0': ordinary.map((value) => value - 1),
    'one value far above the others': ordinary.map((value, at) => (at === 0 ? 10 : value)),
    'large values': ordinary.map((value) => value * 1e6),
  };
  for (const width of usableWidths(quantizer).filter(({ role }) => role === 'activation')) {
    const observed = observedBy(quantizer, contextOf(quantizer, width).options);
    must(
      observed === 'values',
      () => `${describe(width)}: it sees ${observed}, and the range is that of all values`,
    );
    for (const [name, values] of Object.entries(samples))
      checkGrid(fit(quantizer, values, width), values, width.bits, `${describe(width)}, ${name}`);
  }
}

/** 2^bits levels from the smallest to the largest value and 0, which is a level itself. */
function checkGrid(parameters: SliceParameters, values: Float32Array, bits: number, at: string): void {
  const levels = 2 ** bits;
  if (parameters.kind !== 'affine' || parameters.levels !== levels) {
    must(false, () => `${at}: this is no grid of ${levels} even levels`);
    return;
  }
  const { min, max } = range(values);
  const low = Math.min(min, 0);
  const step = (Math.max(max, 0) - low) / (levels - 1);
  const { scale, offset = (-scale * (levels - 1)) / 2 } = parameters;
  must(Math.abs(scale - step) <= permitted * step, () => `${at}: the step is ${scale} instead of ${step}`);
  const zeroPoint = -offset / scale;
  const isInteger = Math.abs(zeroPoint - Math.round(zeroPoint)) <= permitted;
  must(isInteger, () => `${at}: 0 is no level`);
  const isNearest = Math.abs(offset - low) <= (0.5 + levels * permitted) * step;
  must(isNearest, () => `${at}: the first level is ${offset}, and the range begins at ${low}`);
}
