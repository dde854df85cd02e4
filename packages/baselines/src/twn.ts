import {
  type Ops,
  type OptionSchema,
  type Quantizer,
  type SliceParameters,
  toScale,
} from '@lowbit/core/method';
import { justBelow } from './just-below.js';
import { meanSize } from './scaled-sign.js';
import { sliceMean } from './slice-statistics.js';

/** Options of `twn`. */
export interface TwnOptions {
  /** The threshold as a share of mean|x|: 0 … 0.95. Default 0.7. */
  readonly factor?: number;
}

const options: OptionSchema = {
  factor: {
    type: 'number',
    default: 0.7,
    min: 0,
    max: 0.95,
    help: 'the threshold as a share of the mean size; 0.767 is optimal for normal values',
  },
};

/**
 * Ternary weight networks: small weights become 0, the others ± one scale.
 *
 *     q(x)    = α · sign(x) · 1[|x| > Δ],   Δ = 0.7 · mean|x|,   α = mean of the |x| above Δ
 *     ∂q/∂x   = 1              (straight-through; α and Δ count as constants)
 *
 * Assumes values about normal or uniform and symmetric about 0: Δ is then near the best threshold, and costs one pass
 * instead of sorting. A normal slice loses 0.1916 of its variance (`ternary`: 0.1902).
 *
 * Shape: any; a slice is whatever shares Δ and α. The paper has one slice a layer (granularity `tensor`). Weights, 2
 * bits, three of the four codes in use.
 *
 * Parameters: a codebook −α, 0, α with the thresholds ∓Δ, in units of the weights. During training both are measured
 * anew in every pass. Option `factor` (default 0.7).
 *
 * Example: the weights −1, 0.2, 0.3, 0.9 have mean|x| 0.6, so Δ = 0.42 and α = 0.95; they become −0.95, 0, 0, 0.95.
 *
 * Source: F. Li, B. Zhang, B. Liu, "Ternary Weight Networks", 2016, arXiv:1605.04711, equations 3 to 6.
 *
 * Deviations: none known. (The paper derives 0.75 for normal and 0.667 for uniform values, and takes 0.7.)
 */
export function twn(settings: TwnOptions = {}): Quantizer {
  return {
    kind: 'quantizer',
    api: 2,
    name: 'twn',
    summary: 'three levels −α, 0, α by a threshold of 0.7 mean sizes',
    paper: 'Li et al., 2016, arXiv:1605.04711',
    roles: ['weight'],
    bits: { weight: [2] },
    grids: { even: {} },
    options,
    configured: { ...settings },
    fit: (values, { options: { factor } }) => fitTernary(values, (factor as number) * meanSize(values)),
    fitsInForward: true,
    forward: (ops, x, { options: { factor } }) => forward(ops, x, factor as number),
  };
}

function fitTernary(values: Float32Array, threshold: number): SliceParameters {
  let [sum, count] = [0, 0];
  for (let i = 0; i < values.length; i++) {
    const size = Math.abs(values[i] as number);
    if (size <= threshold) continue;
    sum += size;
    count++;
  }
  return ternaryCodebook(count === 0 ? 0 : sum / count, threshold);
}

function forward<T>(ops: Ops<T>, x: T, factor: number): T {
  const zero = ops.constant(0);
  const size = ops.abs(x);
  const large = ops.greater(size, ops.mul(sliceMean(ops, size), ops.constant(factor)));
  const share = sliceMean(ops, large);
  const divisor = ops.where(ops.greater(share, zero), share, ops.constant(1));
  const alpha = ops.div(sliceMean(ops, ops.mul(size, large)), divisor);
  return ops.where(large, ops.mul(ops.sign(x), alpha), zero);
}

/**
 * The codebook −α, 0, α that takes exactly the values with |x| > Δ to ±α.
 *
 * @param threshold Δ ≥ 0. Values are float32, so it may be rounded down to float32.
 */
export function ternaryCodebook(alpha: number, threshold: number): SliceParameters {
  const level = toScale(alpha);
  const rounded = Math.fround(threshold);
  const delta = rounded > threshold ? justBelow(rounded) : rounded;
  return {
    kind: 'codebook',
    values: Float32Array.of(-level, 0, level),
    thresholds: Float32Array.of(justBelow(-delta), delta),
  };
}
