import type { FittedSite, Quantizer } from '@lowbit/core';
import { bnn, dynamic, horq, minMax, xnor } from '@lowbit/methods';
import { expect, test } from 'vitest';
import { measuresRange } from './measures-range.js';

const site = (quantizer: Quantizer, bits = 8): FittedSite => ({ id: 'x', bits, quantizer, options: {} });
const unasked: Quantizer = {
  ...dynamic(),
  fit() {
    throw new Error('nothing is fitted to find out what a quantizer is');
  },
};

test('is so for quantizers that declare it, which are not asked to fit anything', () => {
  expect(measuresRange(site(unasked))).toBe(true);
});

test.each([
  ['4 bits', site(dynamic(), 4)],
  ['a range that is fitted beforehand', site(minMax())],
  ['signs', site(bnn(), 1)],
  ['scaled signs', site(xnor(), 1)],
  ['residual signs', site(horq(), 2)],
  ['what is measured otherwise', site({ ...dynamic(), dynamic: true })],
])('is not so for %s', (_, given) => {
  expect(measuresRange(given)).toBe(false);
});
