import { withOwnValues } from './codebook-values.js';
import { encodeAffine } from './encode-affine.js';
import type { SliceLayout } from './slicing.js';
import type { SliceRuns } from './slice-runs.js';
import type { CodebookScheme, QuantizedTensor, ResidualScheme, Scheme } from './types.js';

/** The value of code 0 of an affine slice: its offset, or −scale · (levels − 1) / 2 on a symmetric grid. */
export function affineOffset(levels: number, scale: number, offset: number | undefined): number {
  return offset ?? (-scale * (levels - 1)) / 2;
}

/** Turns a value of a slice into its code. */
type CodeOf = (value: number, slice: number) => number;

/** Chooses the code of each of row-major `values` for a scheme that is fitted: each code below 2^bits is a level of its slice. */
export type ChooseCodes = (
  scheme: Scheme,
  values: Float32Array,
  layout: SliceLayout,
  bits: number,
) => QuantizedTensor['codes'];

/** The codes of the nearest levels, by the rule of the scheme. */
export const nearestCodes: ChooseCodes = (scheme, values, { runs }, bits) => {
  const codes = bits <= 8 ? new Uint8Array(values.length) : new Uint16Array(values.length);
  if (scheme.kind === 'affine') encodeAffine(scheme, values, runs, codes);
  else encodeEach(scheme, values, runs, codes);
  return codes;
};

function encodeEach(
  scheme: CodebookScheme | ResidualScheme,
  values: Float32Array,
  { step, each }: SliceRuns,
  codes: QuantizedTensor['codes'],
): void {
  const codeOf = scheme.kind === 'codebook' ? codebookCode(scheme) : residualCode(scheme);
  each((from, to, slice) => {
    for (let i = from, s = slice; i < to; i++, s += step) codes[i] = codeOf(values[i] as number, s);
  });
}

/** The number of thresholds below x, found by bisection. */
function codebookCode(scheme: CodebookScheme): CodeOf {
  const width = scheme.levels - 1;
  const thresholds = scheme.thresholds ?? allMidpoints(withOwnValues(scheme));
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
