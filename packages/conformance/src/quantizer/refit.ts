import type { Quantizer } from '@lowbit/core';
import type { RefitContext } from '@lowbit/core/method';
import { must, type Law } from '../law.js';
import { ordinaryValues } from '../samples.js';
import { contextOf, fit, reconstruct, usableWidths } from './fit.js';
import { describe } from './parameters.js';

/** The law on `refit`, for quantizers that have it. */
export function refitLaws(quantizer: Quantizer): readonly Law[] {
  if (quantizer.refit === undefined) return [];
  return [{ title: 'keeps frozen values exact when it fits again', run: () => checkRefit(quantizer) }];
}

/** Freezes every third value at its level, moves the others, fits again. */
function checkRefit(quantizer: Quantizer): void {
  const values = ordinaryValues();
  for (const width of usableWidths(quantizer)) {
    const previous = fit(quantizer, values, width);
    const snapped = reconstruct(previous, values, width.bits);
    const frozen = Uint8Array.from(values, (_, i) => (i % 3 === 0 ? 1 : 0));
    const moved = values.map((value, i) => (frozen[i] === 1 ? (snapped[i] as number) : 0.9 * value + 0.001));
    const context: RefitContext = { ...contextOf(quantizer, width), previous, frozen };
    const again = quantizer.refit?.(moved.slice(), context);
    if (again === undefined) continue;
    const after = reconstruct(again, moved, width.bits);
    const index = after.findIndex((value, i) => frozen[i] === 1 && value !== snapped[i]);
    must(index < 0, () => `${describe(width)}: the frozen value ${snapped[index]} becomes ${after[index]}`);
  }
}
