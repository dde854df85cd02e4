import type { FittedSite, Quantizer } from '@lowbit/core';
import { bnn, dynamic, minMax } from '@lowbit/methods';
import { expect, test } from 'vitest';
import { measuresRange } from './measures-range.js';

const site = (quantizer: Quantizer, bits = 8): FittedSite => ({ id: 'x', bits, quantizer, options: {} });
const signs: Quantizer = { ...dynamic(), fit: () => ({ kind: 'residual', scales: new Float32Array(8) }) };
const narrow: Quantizer = {
  ...dynamic(),
  fit: (values, context) => dynamic().fit(values.subarray(1), context),
};

test('is so for the range of the values in 256 levels, measured on every run', () => {
  expect(measuresRange(site(dynamic()))).toBe(true);
});

test.each([
  ['4 bits', site(dynamic(), 4)],
  ['a range that is fitted beforehand', site(minMax())],
  ['signs', site(bnn(), 1)],
  ['signs in 8 bits', site(signs)],
  ['a part of the range', site(narrow)],
])('is not so for %s', (_, given) => {
  expect(measuresRange(given)).toBe(false);
});
