import {
  roundHalfEven,
  toFloat32,
  type FitContext,
  type Ops,
  type Site,
  type SliceParameters,
} from '@lowbit/core/method';
import { justBelow } from './just-below.js';
import { not } from './masks.js';
import { fitScaledSign, scaledSign } from './scaled-sign.js';
import { sliceMax, sliceMean } from './slice-statistics.js';

/** Below this, the largest tanh counts as 0: dividing by a subnormal float32 overflows. */
const smallest = 1e-38;

/** One scale at 1 bit, else a codebook with thresholds where tanh crosses from one level to the next. */
export function fitWeights(values: Float32Array, { bits, options }: FitContext): SliceParameters {
  if (bits === 1) return fitScaledSign(values);
  const levels = 2 ** bits;
  const reach = values.reduce((most, value) => Math.max(most, Math.abs(Math.tanh(value))), 0);
  if (reach < smallest) return { kind: 'codebook', values: new Float32Array(levels) };
  const alpha = options.scale === 'paper' ? 1 : bestFactor(values, reach, levels - 1);
  return {
    kind: 'codebook',
    values: Float32Array.from({ length: levels }, (_, i) => toFloat32(alpha * onUnitScale(i, levels - 1))),
    thresholds: Float32Array.from({ length: levels - 1 }, (_, i) => {
      const place = onUnitScale(i + 0.5, levels - 1);
      // The middle one is 0 and rounds to the even code, which lies above.
      return place === 0 ? justBelow(0) : Math.atanh(reach * place);
    }),
  };
}

/** The published forward pass, its statistics measured from x, times the scale of the layer. */
export function weightForward<T>(ops: Ops<T>, x: T, { bits, options }: Site<T>): T {
  if (bits === 1) return scaledSign(ops, x);
  const { relative, varies } = squeeze(ops, x);
  const level = unitLevel(ops, relative, bits);
  const scaled = options.scale === 'paper' ? level : ops.mul(level, layerScale(ops, x, level));
  return ops.where(varies, scaled, ops.constant(0));
}

/**
 * The gradient through tanh(x) / max|tanh(x)|; the maximum hands its share to the values that reach it, in equal parts.
 * Straight-through at 1 bit and for a slice of zeros.
 */
export function weightGradient<T>(ops: Ops<T>, x: T, dy: T, { bits, options }: Site<T>): T {
  if (bits === 1) return dy;
  const { squeezed, reach, relative, varies } = squeeze(ops, x);
  const isLargest = not(ops, ops.greater(reach, ops.abs(squeezed)));
  const share = ops.div(sliceMean(ops, ops.mul(dy, relative)), sliceMean(ops, isLargest));
  const ofMaximum = ops.mul(ops.mul(isLargest, ops.sign(squeezed)), share);
  const slope = ops.div(ops.sub(ops.constant(1), ops.mul(squeezed, squeezed)), reach);
  const gradient = ops.mul(slope, ops.sub(dy, ofMaximum));
  const scaled =
    options.scale === 'paper'
      ? gradient
      : ops.mul(gradient, layerScale(ops, x, unitLevel(ops, relative, bits)));
  return ops.where(varies, scaled, dy);
}

/** Position 0 … last on the scale from −1 to 1. */
function onUnitScale(position: number, last: number): number {
  return (2 * position) / last - 1;
}

/** The α with the least squared error of α · level: Σ x · level / Σ level². */
function bestFactor(values: Float32Array, reach: number, last: number): number {
  let [products, squares] = [0, 0];
  for (let i = 0; i < values.length; i++) {
    const value = values[i] as number;
    const code = roundHalfEven(last * (Math.tanh(value) / (2 * reach) + 0.5));
    const level = onUnitScale(code, last);
    products += value * level;
    squares += level * level;
  }
  return products / squares;
}

/** tanh(x) and its largest size in each slice, 1 in place of one that is too small to divide by. */
function squeeze<T>(ops: Ops<T>, x: T) {
  const squeezed = ops.tanh(x);
  const largest = sliceMax(ops, ops.abs(squeezed));
  const varies = ops.greater(largest, ops.constant(smallest));
  const reach = ops.where(varies, largest, ops.constant(1));
  return { squeezed, reach, relative: ops.div(squeezed, reach), varies };
}

/** The level nearest to values from −1 to 1, of the 2^bits that are spread over this range. */
function unitLevel<T>(ops: Ops<T>, relative: T, bits: number): T {
  const last = 2 ** bits - 1;
  const half = ops.constant(0.5);
  const place = ops.add(ops.mul(relative, half), half);
  const code = ops.round(ops.mul(place, ops.constant(last)));
  return ops.sub(ops.div(code, ops.constant(last / 2)), ops.constant(1));
}

/** {@link bestFactor} of each slice. No level is 0, as their number is even. */
function layerScale<T>(ops: Ops<T>, x: T, level: T): T {
  return ops.div(sliceMean(ops, ops.mul(x, level)), sliceMean(ops, ops.mul(level, level)));
}
