import type { Options, Quantizer } from '@lowbit/core';
import { optionsOf } from '@lowbit/core/method';
import { difference } from '../difference.js';
import { must, type Law } from '../law.js';
import { contextOf, fit, type Width } from './fit.js';
import { widthsOf } from './grids.js';
import { describe } from './parameters.js';
import { countsOf, gridsOf, samples } from './range.js';

/** The law of quantizers that can fit slices of weights together. */
export function rowLaws(quantizer: Quantizer): readonly Law[] {
  if (quantizer.fitRows === undefined) return [];
  return [{ title: 'fits rows as it fits each of them', run: () => checkRows(quantizer) }];
}

/** With the options at hand, and with those of each grid that it declares. */
function checkRows(quantizer: Quantizer): void {
  for (const [kind, chosen] of Object.entries({ 'at hand': {}, ...quantizer.grids }))
    for (const width of widthsOf(quantizer, kind).filter(({ role }) => role === 'weight'))
      for (const isWeighted of [false, true])
        checkRowsWith(quantizer, optionsOf(quantizer, chosen), width, isWeighted);
}

/** @param isWeighted Whether values count for different amounts. */
function checkRowsWith(quantizer: Quantizer, options: Options, width: Width, isWeighted: boolean): void {
  const rows = Object.entries(samples());
  const length = (rows[0] as [string, Float32Array])[1].length;
  const values = new Float32Array(rows.length * length);
  rows.forEach(([, row], i) => values.set(row, i * length));
  const given = (all: Float32Array) => ({ options, ...(isWeighted && { importance: countsOf(all) }) });
  const grids = quantizer.fitRows?.(values, length, contextOf(quantizer, width, given(values)));
  rows.forEach(([name, row], i) => {
    const one = (numbers: Float32Array) => numbers.subarray(i, i + 1);
    const own = grids && {
      ...grids,
      scale: one(grids.scale),
      ...(grids.offset === undefined ? {} : { offset: one(grids.offset) }),
    };
    const found = own && difference(gridsOf(fit(quantizer, row, width, given(row))), own);
    const how = isWeighted ? ', with importance' : '';
    must(
      found === undefined,
      () => `${describe(width)}, ${name}${how}: fitted alone and among others, ${found}`,
    );
  });
}
