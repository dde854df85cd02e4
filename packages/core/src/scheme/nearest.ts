import { roundingShift } from '../numeric/round.js';
import type { SliceRuns } from './slice-runs.js';
import type { SliceLayout } from './slicing.js';
import type { AffineScheme, CodebookScheme, ResidualScheme, Scheme } from './types.js';

/** The value of code 0 of an affine slice: its offset, or −scale · (levels − 1) / 2 on a symmetric grid. */
export function affineOffset(levels: number, scale: number, offset: number | undefined): number {
  return offset ?? (-scale * (levels - 1)) / 2;
}

/** Turns a value of a slice into its code. */
type CodeOf = (value: number, slice: number) => number;

/** The codes of row-major `values` by the rule of the scheme. */
export function encodeValues(
  scheme: Scheme,
  values: Float32Array,
  { runs: { step, each } }: SliceLayout,
  codes: Uint8Array | Uint16Array,
): void {
  if (scheme.kind === 'affine') return encodeAffine(scheme, values, { step, each }, codes);
  const codeOf = scheme.kind === 'codebook' ? codebookCode(scheme) : residualCode(scheme);
  each((from, to, slice) => {
    for (let i = from, s = slice; i < to; i++, s += step) codes[i] = codeOf(values[i] as number, s);
  });
}

/** clamp(round((x − offset) / scale), 0, levels − 1), ties to even; code 0 where the scale is 0. */
function encodeAffine(
  { levels, scale, offset }: AffineScheme,
  values: Float32Array,
  { step, each }: SliceRuns,
  codes: Uint8Array | Uint16Array,
): void {
  const lows = new Float64Array(scale.length);
  const steps = new Float64Array(scale.length);
  for (let s = 0; s < scale.length; s++) {
    lows[s] = affineOffset(levels, scale[s] as number, offset?.[s]);
    // Every finite value is 0 such steps away from the offset.
    steps[s] = scale[s] === 0 ? Infinity : (scale[s] as number);
  }
  const run = step === 1 ? encodeEach : encodeOne;
  const grids = { levels, lows, steps };
  each((from, to, slice) => run(values, from, to, grids, slice, codes));
}

/** The even grids of all slices. */
interface Grids {
  readonly levels: number;
  readonly lows: Float64Array;
  readonly steps: Float64Array;
}

/**
 * A run of which each value belongs to a slice of its own. Rounding comes before clamping, so that values at the ends of a
 * grid need none; beyond 2^51 what the shift gives is no integer, but outside the codes still.
 */
function encodeEach(
  values: Float32Array,
  from: number,
  to: number,
  { levels, lows, steps }: Grids,
  slice: number,
  codes: Uint8Array | Uint16Array,
): void {
  const highest = levels - 1;
  for (let i = from, s = slice; i < to; i++, s++) {
    const position = ((values[i] as number) - (lows[s] as number)) / (steps[s] as number);
    const code = position + roundingShift - roundingShift;
    codes[i] = code < 0 ? 0 : code > highest ? highest : code;
  }
}

/** A run within one slice. */
function encodeOne(
  values: Float32Array,
  from: number,
  to: number,
  { levels, lows, steps }: Grids,
  slice: number,
  codes: Uint8Array | Uint16Array,
): void {
  const highest = levels - 1;
  const low = lows[slice] as number;
  const step = steps[slice] as number;
  for (let i = from; i < to; i++) {
    const position = ((values[i] as number) - low) / step;
    const code = position + roundingShift - roundingShift;
    codes[i] = code < 0 ? 0 : code > highest ? highest : code;
  }
}

/** The number of thresholds below x, found by bisection. */
function codebookCode(scheme: CodebookScheme): CodeOf {
  const width = scheme.levels - 1;
  const thresholds = scheme.thresholds ?? allMidpoints(scheme);
  return (value, slice) => {
    const first = slice * width;
    let low = first;
    let high = first + width;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (value > (thresholds[middle] as number)) low = middle + 1;
      else high = middle;
    }
    return low - first;
  };
}

function allMidpoints({ levels, values }: CodebookScheme): Float32Array {
  const slices = values.length / levels;
  const result = new Float32Array(slices * (levels - 1));
  for (let s = 0; s < slices; s++) {
    result.set(midpoints(values.subarray(s * levels, (s + 1) * levels)), s * (levels - 1));
  }
  return result;
}

/**
 * Midpoints of neighbouring codebook values, in float32. Between two adjacent floats it is the lower one, so that each value
 * keeps its own code.
 */
export function midpoints(values: Float32Array): Float32Array {
  const result = new Float32Array(Math.max(0, values.length - 1));
  for (let i = 0; i < result.length; i++) {
    const [lower, upper] = [values[i] as number, values[i + 1] as number];
    const middle = Math.fround((lower + upper) / 2);
    result[i] = middle < upper ? middle : lower;
  }
  return result;
}

/** Greedy residual signs: bit i is the sign of what the terms before it left over, sign(0) = +1. */
function residualCode({ order, scales }: ResidualScheme): CodeOf {
  return (value, slice) => {
    let code = 0;
    let rest = value;
    for (let i = 0; i < order; i++) {
      const positive = rest >= 0;
      if (positive) code |= 1 << i;
      rest = Math.fround(rest - (positive ? 1 : -1) * (scales[slice * order + i] as number));
    }
    return code;
  };
}
