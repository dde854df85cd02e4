import { expect, test } from 'vitest';
import { fitSlices, slicesInSteps } from './fit-slices.js';
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

/** Sums of rows, as offsets. */
const sums = (rows: Float32Array, length: number) =>
  constants(
    ...Array.from({ length: rows.length / length }, (_, row) =>
      rows.subarray(row * length, (row + 1) * length).reduce((sum, value) => sum + value, 0),
    ),
  );

test('slices of equal length are fitted together, a short one by itself', () => {
  const ways = { bits: 1, fit: refuse, fitRows: sums };
  expect(fitSlices(values, layout, ways, 'w', ranges)).toEqual(constants(4, 6));
  const groups = sliceLayout([2, 5], { along: 1, group: 2 });
  const ten = Float32Array.from({ length: 10 }, (_, i) => i);
  expect(fitSlices(ten, groups, ways, 'w')).toEqual(constants(1, 5, 4, 11, 15, 9));
});

test('others have a turn between stretches of slices that are fitted together', () => {
  const many = sliceLayout([5000, 32], { axes: [0] });
  const ways = { bits: 1, fit: refuse, fitRows: sums };
  const steps = slicesInSteps(new Float32Array(5000 * 32), many, ways, 'w');
  let turns = 0;
  while (steps.next().done !== true) turns++;
  expect(turns).toBe(3);
});

test('what is fitted together may be written on, and where it cannot be, each slice is fitted', () => {
  const fitRows = (rows: Float32Array) => void rows.fill(NaN) as undefined;
  const ways = { bits: 1, fit: (slice: Float32Array) => constant(slice[0]!), fitRows };
  const rows = sliceLayout([2, 2], { axes: [0] });
  expect(fitSlices(values, rows, ways, 'w')).toEqual(constants(1, 3));
});

test('grids without offsets stay so together', () => {
  const centred = (rows: Float32Array, length: number) => ({
    kind: 'affine' as const,
    levels: 2,
    scale: new Float32Array(rows.length / length).fill(1),
  });
  const groups = sliceLayout([3], { along: 0, group: 2 });
  const ways = { bits: 1, fit: refuse, fitRows: centred };
  expect(fitSlices(Float32Array.of(1, 2, 3), groups, ways, 'w')).toEqual({
    kind: 'affine',
    levels: 2,
    scale: Float32Array.of(1, 1),
  });
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
  for (const way of [{ fitRanges: () => grids }, { fitRows: () => grids }])
    expect(() => fitSlices(values, layout, { bits: 1, fit: refuse, ...way }, 'w', ranges)).toThrow(
      /plugin-failed/,
    );
});
