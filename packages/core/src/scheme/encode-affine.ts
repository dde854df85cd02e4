import { eachBlock, type SliceRuns, type VisitBlock } from './slice-runs.js';
import { kernels } from '../kernels/kernels.js';
import { roundingShift } from '../numeric/round.js';
import { gridLoader, gridsOf, type Grids } from './grids.js';
import type { AffineScheme } from './types.js';

type Codes = Uint8Array | Uint16Array;

interface Encoding extends Grids, Pick<SliceRuns, 'step'> {
  readonly values: Float32Array;
  readonly codes: Codes;
}

/** clamp(round((x − offset) / scale), 0, levels − 1), ties to even; code 0 where the scale is 0. */
export function encodeAffine(
  scheme: AffineScheme,
  values: Float32Array,
  runs: SliceRuns,
  codes: Codes,
): void {
  const encoding = { ...gridsOf(scheme), values, step: runs.step, codes };
  eachBlock(runs, vectorEncoder(encoding), (from, to, slice) => encodeRun(encoding, from, to, slice));
}

function vectorEncoder({ values, codes, step, ...grids }: Encoding): VisitBlock | undefined {
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
 * Encodes the values `from` … `to` of a run that begins in `slice`. Every finite value is 0 infinite steps away from the offset.
 * Rounding comes before clamping, so that values at the ends of a grid need none; beyond 2^51 what the shift gives is no
 * integer, but outside the codes still.
 */
function encodeRun(
  { values, codes, levels, scale, offsets, middle, step }: Encoding,
  from: number,
  to: number,
  slice: number,
): void {
  const highest = levels - 1;
  for (let i = from, s = slice; i < to; i++, s += step) {
    const own = scale[s] as number;
    const low = (offsets[s] as number) - own * middle;
    const position = ((values[i] as number) - low) / (own === 0 ? Infinity : own);
    const code = position + roundingShift - roundingShift;
    codes[i] = code < 0 ? 0 : code > highest ? highest : code;
  }
}
