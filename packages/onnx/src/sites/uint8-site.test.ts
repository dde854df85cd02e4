import type { Quantizer } from '@lowbit/core';
import type { FittedSite } from '@lowbit/core/adapter';
import { defined, type SliceParameters } from '@lowbit/core/adapter';
import { bnn, dynamic, horq, minMax, xnor } from '@lowbit/methods';
import { expect, test } from 'vitest';
import { plainRange } from '../../test/helpers/plain-quantizers.js';
import { measuresRange, uint8Site } from './uint8-site.js';

const site = (parameters: SliceParameters, bits = 8): FittedSite => ({
  id: 'x',
  bits,
  quantizer: plainRange,
  options: {},
  parameters,
});
const affine = (scale: number, offset?: number): SliceParameters => ({
  kind: 'affine',
  levels: 256,
  scale,
  ...defined({ offset }),
});

test('reads the scale and the integer zero point', () => {
  expect(uint8Site(site(affine(0.5, -5)))).toEqual({ scale: 0.5, zeroPoint: 10 });
  expect(uint8Site(site({ kind: 'affine', levels: 255, scale: 0.5 }))).toEqual({
    scale: 0.5,
    zeroPoint: 127,
  });
});

test.each([
  [site(affine(0.5, -5), 4), '4 bits'],
  [site(affine(0, 3)), 'constant'],
  [site(affine(0.5, -5.2)), 'no integer zero point'],
  [site(affine(0.5, 1)), 'no integer zero point'],
  [site({ kind: 'residual', scales: Float32Array.of(1) }), 'even grid'],
])('refuses others: %#', (given, reason) => {
  expect(uint8Site(given)).toContain(reason);
});

const by = (quantizer: Quantizer, bits = 8): FittedSite => ({ id: 'x', bits, quantizer, options: {} });
const unasked: Quantizer = {
  ...dynamic(),
  fit() {
    throw new Error('nothing is fitted to find out what a quantizer is');
  },
};

test('is so for quantizers that declare it, which are not asked to fit anything', () => {
  expect(measuresRange(by(unasked))).toBe(true);
});

test.each([
  ['4 bits', by(dynamic(), 4)],
  ['a range that is fitted beforehand', by(minMax())],
  ['signs', by(bnn(), 1)],
  ['scaled signs', by(xnor(), 1)],
  ['residual signs', by(horq(), 2)],
  ['what is measured otherwise', by({ ...dynamic(), dynamic: true })],
])('is not so for %s', (_, given) => {
  expect(measuresRange(given)).toBe(false);
});
