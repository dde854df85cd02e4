import { expect, test } from 'vitest';
import { fitSlices } from './fit-slices.js';
import { sliceRanges } from './slice-ranges.js';
import { sliceLayout } from './slicing.js';
import type { SliceParameters } from './types.js';

const layout = sliceLayout([2, 2], { axes: [1] });
const values = Float32Array.of(1, 2, 3, 4);
const constant = (offset: number): SliceParameters => ({ kind: 'affine', levels: 1, scale: 0, offset });

test('a fit gets the values of its slice', () => {
  const fit = fitSlices(values, layout, { fit: (slice) => constant(slice[0]! + slice[1]!) });
  expect([fit(0), fit(1)]).toEqual([constant(4), constant(6)]);
});

test('a range decides where it can, and the values where it cannot', () => {
  const ways = {
    fit: (slice: Float32Array) => constant(slice[0]!),
    fitRange: (min: number, max: number, slice: number) => (slice === 0 ? constant(max - min) : undefined),
  };
  const fit = fitSlices(values, layout, ways, sliceRanges(values, layout, 'w'));
  expect([fit(0), fit(1)]).toEqual([constant(2), constant(2)]);
});

test('nothing is asked about slices without values', () => {
  const refuse = () => {
    throw new Error('asked');
  };
  const empty = sliceLayout([2, 0], { axes: [0] });
  expect(fitSlices(new Float32Array(0), empty, { fit: refuse, fitRange: refuse })(1)).toEqual(constant(0));
});
