import { expect, test } from 'vitest';
import { fitSlices } from './fit-slices.js';
import { affineGrids } from './scheme.js';
import { sliceRanges } from './slice-ranges.js';
import { sliceLayout } from './slicing.js';
import type { AffineScheme, SliceParameters } from './types.js';

const layout = sliceLayout([2, 2], { axes: [1] });
const values = Float32Array.of(1, 2, 3, 4);
const ranges = sliceRanges(values, layout, 'w');
const constant = (offset: number) => ({ kind: 'affine', levels: 1, scale: 0, offset }) as const;

function constants(...offsets: number[]): AffineScheme {
  const grids = affineGrids(offsets.length);
  offsets.forEach((offset) => grids.add(constant(offset)));
  return grids.scheme();
}

const refuse = () => {
  throw new Error('asked');
};

test('a fit gets the values of its slice', () => {
  const fit = (slice: Float32Array): SliceParameters => constant(slice[0]! + slice[1]!);
  expect(fitSlices(values, layout, { bits: 1, fit }, 'w', ranges)).toEqual(constants(4, 6));
});

test('ranges decide where they can, and the values where they cannot', () => {
  const fitRanges = ({ min, max }: typeof ranges) => constants(max[0]! - min[0]!, max[1]! - min[1]!);
  expect(fitSlices(values, layout, { bits: 1, fit: refuse, fitRanges }, 'w', ranges)).toEqual(
    constants(2, 2),
  );
  const ways = { bits: 1, fit: (slice: Float32Array) => constant(slice[0]!), fitRanges: () => undefined };
  expect(fitSlices(values, layout, ways, 'w', ranges)).toEqual(constants(1, 2));
});

test('nothing is asked about slices without values', () => {
  const empty = sliceLayout([2, 0], { axes: [0] });
  const none = new Float32Array(0);
  const ways = { bits: 1, fit: refuse, fitRanges: refuse };
  expect(fitSlices(none, empty, ways, 'w', sliceRanges(none, empty, 'w'))).toEqual(constants(0, 0));
});

test.each([
  ['too few', constants(1)],
  ['one that is not finite', constants(1, NaN)],
  ['too many levels', { ...constants(1, 2), levels: 3 }],
])('grids that a plugin got wrong are refused: %s', (_, grids) => {
  const ways = { bits: 1, fit: refuse, fitRanges: () => grids };
  expect(() => fitSlices(values, layout, ways, 'w', ranges)).toThrow(/plugin-failed/);
});
