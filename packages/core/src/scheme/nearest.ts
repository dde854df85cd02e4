import type { SliceParameters } from './types.js';
import { roundingShift } from '../numeric/round.js';

/** Turns a value of one slice into its code. */
export type CodeOf = (value: number) => number;

/** The value of code 0 of an affine slice: its offset, or −scale · (levels − 1) / 2 on a symmetric grid. */
export function affineOffset(levels: number, scale: number, offset: number | undefined): number {
  return offset ?? (-scale * (levels - 1)) / 2;
}

/** Codes `from` … `to` of slice-major `values` into `codes`, by the rule of the scheme. */
export function encodeSlice(
  parameters: SliceParameters,
  values: Float32Array,
  from: number,
  to: number,
  codes: Uint8Array | Uint16Array,
): void {
  if (parameters.kind === 'affine') return encodeAffine(parameters, values, from, to, codes);
  const codeOf = parameters.kind === 'codebook' ? codebookCode(parameters) : residualCode(parameters.scales);
  for (let i = from; i < to; i++) codes[i] = codeOf(values[i] as number);
}

/** clamp(round((x − offset) / scale), 0, levels − 1), ties to even; code 0 where the scale is 0. */
function encodeAffine(
  { levels, scale, offset }: Extract<SliceParameters, { kind: 'affine' }>,
  values: Float32Array,
  from: number,
  to: number,
  codes: Uint8Array | Uint16Array,
): void {
  if (scale === 0) {
    codes.fill(0, from, to);
    return;
  }
  const low = affineOffset(levels, scale, offset);
  const highest = levels - 1;
  for (let i = from; i < to; i++) {
    const position = ((values[i] as number) - low) / scale;
    codes[i] = position <= 0 ? 0 : position >= highest ? highest : position + roundingShift - roundingShift;
  }
}

/** The number of thresholds below x, found by bisection. */
function codebookCode(parameters: Extract<SliceParameters, { kind: 'codebook' }>): CodeOf {
  const thresholds = parameters.thresholds ?? midpoints(parameters.values);
  return (value) => {
    let low = 0;
    let high = thresholds.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (value > (thresholds[middle] as number)) low = middle + 1;
      else high = middle;
    }
    return low;
  };
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
function residualCode(scales: Float32Array): CodeOf {
  return (value) => {
    let code = 0;
    let rest = value;
    for (let i = 0; i < scales.length; i++) {
      const positive = rest >= 0;
      if (positive) code |= 1 << i;
      rest = Math.fround(rest - (positive ? 1 : -1) * (scales[i] as number));
    }
    return code;
  };
}
