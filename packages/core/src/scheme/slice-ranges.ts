import type { SliceLayout } from './slicing.js';

/** Smallest and largest value of each slice. */
export interface SliceRanges {
  readonly min: Float32Array;
  readonly max: Float32Array;
}

/** The ranges of all slices of a row-major tensor in one pass; 0 and 0 where there are no values. */
export function sliceRanges(values: Float32Array, { count, runs: { step, each } }: SliceLayout): SliceRanges {
  const min = new Float32Array(count);
  const max = new Float32Array(count);
  if (values.length === 0) return { min, max };
  min.fill(Infinity);
  max.fill(-Infinity);
  each((from, to, slice) => {
    if (step === 1) widenEach(values, from, to, slice, min, max);
    else widenOne(values, from, to, slice, min, max);
  });
  return { min, max };
}

/** A run of which each value belongs to a slice of its own. */
function widenEach(
  values: Float32Array,
  from: number,
  to: number,
  slice: number,
  min: Float32Array,
  max: Float32Array,
): void {
  for (let i = from, s = slice; i < to; i++, s++) {
    const value = values[i] as number;
    if (value < (min[s] as number)) min[s] = value;
    if (value > (max[s] as number)) max[s] = value;
  }
}

/** A run within one slice, whose ends stay in registers. */
function widenOne(
  values: Float32Array,
  from: number,
  to: number,
  slice: number,
  min: Float32Array,
  max: Float32Array,
): void {
  let low = min[slice] as number;
  let high = max[slice] as number;
  for (let i = from; i < to; i++) {
    const value = values[i] as number;
    if (value < low) low = value;
    if (value > high) high = value;
  }
  min[slice] = low;
  max[slice] = high;
}
