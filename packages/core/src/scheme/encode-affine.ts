import { eachBlock } from '../kernels/each-block.js';
import { kernels } from '../kernels/kernels.js';
import { roundingShift } from '../numeric/round.js';
import { gridLoader, gridsOf, type Grids } from './grids.js';
import type { SliceRuns, VisitBlock } from './slice-runs.js';
import type { AffineScheme } from './types.js';

type Codes = Uint8Array | Uint16Array;

/** clamp(round((x − offset) / scale), 0, levels − 1), ties to even; code 0 where the scale is 0. */
export function encodeAffine(
  scheme: AffineScheme,
  values: Float32Array,
  runs: SliceRuns,
  codes: Codes,
): void {
  const grids = gridsOf(scheme);
  const run = runs.step === 1 ? encodeEach : encodeOne;
  eachBlock(runs, vectorEncoder(grids, values, runs.step, codes), (from, to, slice) =>
    run(values, from, to, grids, slice, codes),
  );
}

function vectorEncoder(
  grids: Grids,
  values: Float32Array,
  step: 0 | 1,
  codes: Codes,
): VisitBlock | undefined {
  const vector = kernels();
  if (vector === undefined || !(codes instanceof Uint8Array)) return undefined;
  const load = gridLoader(vector, grids);
  return (from, rows, width, slice) => {
    const count = rows * width;
    vector.values.set(values.subarray(from, from + count));
    load(slice, step === 1 ? width : rows);
    vector.loops.encode(rows, width, step === 1, grids.middle, grids.levels - 1);
    codes.set(vector.codes.subarray(0, count), from);
  };
}

/**
 * A run of which each value belongs to a slice of its own. Rounding comes before clamping, so that values at the ends of a
 * grid need none; beyond 2^51 what the shift gives is no integer, but outside the codes still.
 */
function encodeEach(
  values: Float32Array,
  from: number,
  to: number,
  { levels, scale, offsets, middle }: Grids,
  slice: number,
  codes: Codes,
): void {
  const highest = levels - 1;
  for (let i = from, s = slice; i < to; i++, s++) {
    const own = scale[s] as number;
    const low = (offsets[s] as number) - own * middle;
    const position = ((values[i] as number) - low) / (own === 0 ? Infinity : own);
    const code = position + roundingShift - roundingShift;
    codes[i] = code < 0 ? 0 : code > highest ? highest : code;
  }
}

/** A run within one slice. Every finite value is 0 infinite steps away from the offset. */
function encodeOne(
  values: Float32Array,
  from: number,
  to: number,
  { levels, scale, offsets, middle }: Grids,
  slice: number,
  codes: Codes,
): void {
  const highest = levels - 1;
  const own = scale[slice] as number;
  const low = (offsets[slice] as number) - own * middle;
  const step = own === 0 ? Infinity : own;
  for (let i = from; i < to; i++) {
    const position = ((values[i] as number) - low) / step;
    const code = position + roundingShift - roundingShift;
    codes[i] = code < 0 ? 0 : code > highest ? highest : code;
  }
}
