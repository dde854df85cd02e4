import { checkArgument } from '../errors/check-argument.js';
import { checkHas } from '../errors/check-kinds.js';
import { gridSearches, type GridSearches } from '../kernels/grid-searches.js';
import { checkImportance } from './check-importance.js';
import { codesOf, plainSums, searchGrid, weighted, type AddUp } from './search-grid.js';

/** Where 0 lies on a grid: anywhere, on a level, or on the middle one. */
export type ZeroPlace = 'anywhere' | 'level' | 'middle';

/**
 * One step of a search. A grid, the one over the range or the best so far, has its ends moved inwards by shares of its width; it is
 * refitted by least squares to the codes that it gives, and that in so many more rounds; the best of all that is kept. `measure`: the
 * best so far is measured as it will be stored, and counts from then on.
 */
export type GridStep =
  | 'measure'
  | {
      readonly from: 'range' | 'best';
      readonly low: number;
      readonly high: number;
      readonly rounds: number;
    };

/** What is searched. */
export interface GridSearch {
  readonly levels: number;
  readonly zero: ZeroPlace;
  readonly steps: readonly GridStep[];
}

/** Of each slice: its range, how many values are 0, and the grid: value = offset + scale · code. */
export interface FoundGrids {
  readonly min: Float32Array;
  readonly max: Float32Array;
  readonly zeros: Float32Array;
  readonly scale: Float32Array;
  readonly offset: Float32Array;
}

/**
 * Searches an even grid with a small squared error for each slice, without looking at anything but its values. The error of what is
 * found is never larger than that of the grid over the range, or of what was found at an earlier `measure`.
 *
 * A slice whose values are all equal, or so close that float32 holds no step between them, has no grid to search: its scale and
 * offset mean nothing.
 *
 * @param values Slices of `length` values, one after the other; finite.
 * @param importance What the squared error of each value counts for, not negative. Default, and in a slice in which all are 0: 1.
 * @throws LowbitError `invalid-argument`.
 */
export function searchGrids(
  values: Float32Array,
  length: number,
  search: GridSearch,
  importance?: Float32Array,
): FoundGrids {
  const where = 'searchGrids(values, length, search)';
  checkArgument(ArrayBuffer.isView(values), values, { where, expected: 'values in a Float32Array' });
  const isLength = Number.isInteger(length) && length > 0 && values.length % length === 0;
  checkArgument(isLength, length, { where, expected: 'the length of slices that make up the values' });
  checkHas(search, ['levels', 'zero', 'steps'], where, 'a search: levels, zero and steps');
  const isWeighted = checkImportance(values, importance);
  const count = values.length / length;
  const array = () => new Float32Array(count);
  const found = { min: array(), max: array(), zeros: array(), scale: array(), offset: array() };
  if (isWeighted) {
    searchEach(values, length, search, found, { importance });
    return found;
  }
  const vector = gridSearches();
  const most = vector === undefined ? 0 : mostSlices(vector, length);
  if (vector === undefined || most === 0) {
    searchEach(values, length, search, found, { vector });
    return found;
  }
  prepare(vector, search);
  for (let slice = 0; slice < count; slice += most) {
    const own = values.subarray(slice * length, (slice + most) * length);
    vector.slices.set(own);
    vector.loops.searchGrids(own.length / length, length, search.steps.length);
    takeFound(vector, found, slice, own.length / length);
  }
  return found;
}

/** How many slices the memory of the kernels holds, in fours. */
const mostSlices = ({ slices, mins }: GridSearches, length: number): number =>
  Math.min(mins.length, 4 * Math.floor(slices.length / length / 4));

const origins = { range: 0, best: 1 };
const places = { anywhere: 0, level: 1, middle: 2 };

function prepare({ steps, loops }: GridSearches, search: GridSearch): void {
  search.steps.forEach((step, i) =>
    steps.set(
      step === 'measure' ? [2, 0, 0, 0] : [origins[step.from], step.low, step.high, step.rounds],
      4 * i,
    ),
  );
  const { highest, half, zero, parts } = codesOf(search);
  loops.chooseCodes(highest, half, places[zero], parts);
}

function takeFound(
  { mins, maxs, zeros, scales, offsets }: GridSearches,
  found: FoundGrids,
  first: number,
  count: number,
): void {
  found.min.set(mins.subarray(0, count), first);
  found.max.set(maxs.subarray(0, count), first);
  found.zeros.set(zeros.subarray(0, count), first);
  found.scale.set(scales.subarray(0, count), first);
  found.offset.set(offsets.subarray(0, count), first);
}

function searchEach(
  values: Float32Array,
  length: number,
  search: GridSearch,
  { min, max, zeros, scale, offset }: FoundGrids,
  { vector, importance }: { readonly vector?: GridSearches | undefined; readonly importance?: Float32Array },
): void {
  const codes = codesOf(search);
  const plainly = plainSums(codes);
  const addUp = vector === undefined || codes.highest > 255 ? plainly : vectorSums(vector, plainly);
  if (vector !== undefined) prepare(vector, search);
  for (let slice = 0; slice < scale.length; slice++) {
    const own = values.subarray(slice * length, (slice + 1) * length);
    let [low, high, none] = [Infinity, -Infinity, 0];
    for (let i = 0; i < length; i++) {
      const value = own[i] as number;
      if (value < low) low = value;
      if (value > high) high = value;
      if (value === 0) none++;
    }
    const counts = importance?.subarray(slice * length, (slice + 1) * length);
    const grid = counts?.some((count) => count > 0)
      ? searchGrid(own, [low, high], codes, search.steps, weighted(codes, counts))
      : searchGrid(own, [low, high], codes, search.steps, { addUp });
    min[slice] = low;
    max[slice] = high;
    zeros[slice] = none;
    scale[slice] = grid.scale;
    offset[slice] = grid.offset;
  }
}

/** Of a slice that is longer than what is searched in memory: part by part, four values at a time; sums are exact in any order. */
const vectorSums =
  ({ part, sums, loops }: GridSearches, plainly: AddUp): AddUp =>
  (places, grid) => {
    const whole = places.length - (places.length % 4);
    let { codes, squares, products } = plainly(places.subarray(whole), grid);
    const sumAt = (at: number) => sums[at]! + sums[at + 1]! + sums[at + 2]! + sums[at + 3]!;
    for (let from = 0; from < whole; from += part.length) {
      const to = Math.min(whole, from + part.length);
      part.set(places.subarray(from, to));
      loops.addPart(to - from, grid.step, grid.shift, grid.lowest);
      codes += sumAt(0);
      squares += sumAt(4);
      products += sumAt(8);
    }
    return { codes, squares, products };
  };
