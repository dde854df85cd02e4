import type { Quantizer } from '@lowbit/core';
import type { SliceParameters } from '@lowbit/core/method';
import { difference } from '../difference.js';
import { must, type Law } from '../law.js';
import { ordinaryValues } from '../samples.js';
import { sameNumbers } from '../show.js';
import { defectsOf } from './defects.js';
import { contextOf, usableWidths, type Width } from './fit.js';
import { describe } from './parameters.js';

/** The law of quantizers that fit all slices of a weight at once. */
export function tensorLaws(quantizer: Quantizer): readonly Law[] {
  if (quantizer.fitTensor === undefined) return [];
  return [{ title: 'fits a tensor to levels that its slices share', run: () => checkTensor(quantizer) }];
}

function checkTensor(quantizer: Quantizer): void {
  const ordinary = ordinaryValues();
  const slices = [ordinary, ordinary.map((value) => 3 * value - 0.1), new Float32Array(8)];
  for (const width of usableWidths(quantizer).filter(({ role }) => role === 'weight')) {
    const own = slices.map((values) => values.slice());
    const fitted = quantizer.fitTensor?.(own, contextOf(quantizer, width)) ?? [];
    must(fitted.length === 3, () => `${describe(width)}: 3 slices get ${fitted.length} sets of parameters`);
    const again = quantizer.fitTensor?.(own, contextOf(quantizer, width));
    const found = difference(fitted, again);
    must(found === undefined, () => `${describe(width)}: fitted twice to the same slices, ${found}`);
    checkShared(fitted, width);
  }
}

function checkShared(fitted: readonly SliceParameters[], width: Width): void {
  for (const parameters of fitted) {
    const [defect] = defectsOf(parameters, width.bits);
    must(defect === undefined, () => `${describe(width)}: ${defect?.message}`);
  }
  const [first, ...rest] = fitted;
  if (first?.kind !== 'codebook' || first.scale === undefined) return;
  const shared = rest.every((other) => other.kind === 'codebook' && sameNumbers(other.values, first.values));
  must(shared, () => `${describe(width)}: slices with a scale have other values than the first`);
}
