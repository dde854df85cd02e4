import { eachBlock, type SliceRuns, type VisitBlock } from './slice-runs.js';
import { kernels } from '../kernels/kernels.js';
import { checkFinite } from './check-finite.js';
import type { SliceLayout } from './slicing.js';

/** Smallest and largest value of each slice. */
export interface SliceRanges {
  readonly min: Float32Array;
  readonly max: Float32Array;
}

/**
 * The ranges of all slices of a row-major tensor in one pass; 0 and 0 where there are no values. Throws `non-finite` as
 * {@link checkFinite}.
 */
export function sliceRanges(values: Float32Array, { count, runs }: SliceLayout, where: string): SliceRanges {
  const min = new Float32Array(count);
  const max = new Float32Array(count);
  if (values.length === 0) return { min, max };
  min.fill(Infinity);
  max.fill(-Infinity);
  const { step } = runs;
  const widening = { values, step, min, max };
  const vectorWiden = vectorWidener(widening);
  let zero = 0;
  eachBlock(
    runs,
    vectorWiden && ((from, rows, width, slice) => (zero += vectorWiden(from, rows, width, slice))),
    (from, to, slice) => (zero += widenRun(widening, from, to, slice)),
  );
  if (zero !== 0) checkFinite(values, where);
  return { min, max };
}

/** Ranges that grow over values. */
interface Widening extends SliceRanges, Pick<SliceRuns, 'step'> {
  readonly values: Float32Array;
}

/** Widens the ranges of a block's slices, by the kernels. Gives 0, or NaN where a value is not finite. */
function vectorWidener({
  values,
  step,
  min,
  max,
}: Widening): ((...block: Parameters<VisitBlock>) => number) | undefined {
  const vector = kernels();
  if (vector === undefined) return undefined;
  const { mins, maxs, loops } = vector;
  return (from, rows, width, slice) => {
    const slices = step === 1 ? width : rows;
    vector.values.set(values.subarray(from, from + rows * width));
    mins.set(min.subarray(slice, slice + slices));
    maxs.set(max.subarray(slice, slice + slices));
    const zero = loops.widen(rows, width, step === 1);
    min.set(mins.subarray(0, slices), slice);
    max.set(maxs.subarray(0, slices), slice);
    return zero;
  };
}

/** The same of the values `from` … `to` of a run that begins in `slice`. */
function widenRun({ values, step, min, max }: Widening, from: number, to: number, slice: number): number {
  let zero = 0;
  for (let i = from, s = slice; i < to; i++, s += step) {
    const value = values[i] as number;
    if (value < (min[s] as number)) min[s] = value;
    if (value > (max[s] as number)) max[s] = value;
    zero += value * 0;
  }
  return zero;
}
