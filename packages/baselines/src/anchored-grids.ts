import {
  affineGrids,
  type AffineScheme,
  type GridSearch,
  type GridStep,
  type Options,
  range,
  searchGrids,
} from '@lowbit/core/method';
import { type Affine, constantGrid, withZero } from './even-grid.js';
import { isGrid } from './free-grids.js';
import { symmetricSteps } from './search-steps.js';
import { symmetricGrid } from './symmetric-grid.js';

/** The grids over the ranges of slices of equal length, each with 0 as a level. */
export function gridsOverRange(values: Float32Array, length: number, levels: number): AffineScheme {
  const grids = affineGrids(values.length / length);
  for (let from = 0; from < values.length; from += length) {
    const { min, max } = range(values.subarray(from, from + length));
    grids.add(withZero(levels, min, max));
  }
  return grids.scheme();
}

/** Searched grids of slices of equal length of which 0 is a level, with an integer zero point. */
export function gridsWithZero(
  values: Float32Array,
  length: number,
  levels: number,
  steps: readonly GridStep[],
  importance?: Float32Array,
): AffineScheme {
  const overRange = (min: number, max: number) =>
    min === max ? constantGrid(levels, min) : withZero(levels, min, max);
  return searched(values, length, { levels, zero: 'level', steps }, overRange, importance);
}

/** The same with 0 in the middle. */
export function symmetricGrids(
  values: Float32Array,
  length: number,
  bits: number,
  given: Options,
  importance?: Float32Array,
): AffineScheme {
  const odd = given.levels === 'odd';
  const levels = odd ? 2 ** bits - 1 : 2 ** bits;
  const overRange = (min: number, max: number) => symmetricGrid(bits, min, max, given);
  const grids = searched(
    values,
    length,
    { levels, zero: 'middle', steps: symmetricSteps(levels, length) },
    overRange,
    importance,
  );
  return odd ? { kind: 'affine', levels, scale: grids.scale } : grids;
}

function searched(
  values: Float32Array,
  length: number,
  search: GridSearch,
  overRange: (min: number, max: number) => Affine,
  importance: Float32Array | undefined,
): AffineScheme {
  const { min, max, scale, offset } = searchGrids(values, length, search, importance);
  for (let slice = 0; slice < scale.length; slice++) {
    const low = min[slice] as number;
    const high = max[slice] as number;
    if (low !== high && isGrid(scale[slice] as number, offset[slice] as number)) continue;
    const grid = overRange(low, high);
    scale[slice] = grid.scale;
    offset[slice] = grid.offset ?? 0;
  }
  return { kind: 'affine', levels: search.levels, scale, offset };
}
