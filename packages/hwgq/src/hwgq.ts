import {
  nearestLevel,
  type Ops,
  type Options,
  type OptionSchema,
  type Quantizer,
  type SliceParameters,
  toScale,
} from '@lowbit/core/method';
import { deviationOf } from './deviation.js';
import { type BackwardRule, halfWaveGradient } from './gradient.js';
import { type CellRule, halfWaveCodebook, halfWaveRow, halfWaveTable, type LevelKind } from './levels.js';

/** Options of {@link hwgq}; they concern activations. */
export interface HwgqOptions {
  /**
   * Multiples of one step, or each level at the mean of its cell; both where they lose least, or the constants of the authors'
   * code. `released-non-uniform` has two positive levels, at 2 bits alone. Default `uniform`.
   */
  readonly levels?: LevelKind;
  /** Whether every positive value gets a positive level, or values go to the nearest. Default `caffe`. */
  readonly cell?: CellRule;
  /** What the gradient does beyond the highest level. Default `clipped`. */
  readonly backward?: BackwardRule;
}

const options: OptionSchema = {
  levels: {
    type: 'choice',
    default: 'uniform',
    values: ['uniform', 'non-uniform', 'released', 'released-non-uniform'],
    help: "positive levels at multiples of one step, or each at the mean of its cell; released: the authors' constants (non-uniform: 2 bits alone)",
  },
  cell: {
    type: 'choice',
    default: 'caffe',
    values: ['caffe', 'nearest'],
    help: "small positive values: the paper's, up to the lowest positive level; or to the nearest level",
  },
  backward: {
    type: 'choice',
    default: 'clipped',
    values: ['vanilla', 'clipped', 'log-tailed'],
    help: 'gradient above the highest level: 1, 0, or falling like 1 / x',
  },
};

/**
 * HWGQ quantizes activations to the few levels that lose least behind a rectifier, when the value before it is normally
 * distributed, and weights to their signs.
 *
 *     activations   q(x) = σ · q_i for x in (t_i, t_{i+1}],   q(x) = 0 for x ≤ t_1
 *                   t_1 = 0 (caffe) or σ · q_1 / 2 (nearest),   t_{i+1} = σ · (q_i + q_{i+1}) / 2,   i = 1 … m
 *                   ∂q/∂x = 1[0 < x ≤ σ · q_m]      (clipped; others in {@link HwgqOptions.backward})
 *     weights       q(w) = α · sgn(w),   α = mean |w|,   sgn(0) = +1
 *                   ∂q/∂w = 1                       (straight-through; α counts as a constant)
 *
 * Assumes that x is normal around 0, as batch normalization without scale and shift makes it; then the m = 2^k − 1
 * (`released-non-uniform`: 2) positive levels q_i are constants, see {@link halfWaveTable}. σ = √E[x² | x > 0], from the observed sample, else from
 * the batch normalization, else 1. Values above σ · q_m (0.8σ at 1 bit, 1.6σ at 2, 2.8σ at 4) are clipped. The same
 * levels fit before the rectifier and behind it, as every x ≤ 0 becomes 0.
 *
 * Shape: any. Activations: one set of levels a site, 1 to 4 bits. Weights: 1 bit, a slice is whatever shares one α;
 * the paper has one a filter (granularity `channel`).
 *
 * Parameters: activations a codebook of 2^k values with their thresholds, in units of x; weights one α, in units of w.
 * Options: `levels` (default `uniform`), `cell` (default `caffe`), `backward` (default `clipped`).
 *
 * Example: at 2 bits and σ = 1 the levels are 0, 0.5388, 1.0776, 1.6164 and the thresholds 0, 0.8082, 1.3470; the
 * values −1, 0.1, 1, 3 become 0, 0.5388, 1.0776, 1.6164, and their gradients are 0, 1, 1, 0.
 *
 * Source: Z. Cai, X. He, J. Sun, N. Vasconcelos, "Deep Learning with Low Precision by Half-wave Gaussian Quantization",
 * CVPR 2017, arXiv:1702.00953, sections 3 (weights) and 4 (levels, gradients); cells from the authors' code.
 *
 * Deviations: (1) by default the levels are the exact minimisers; `levels: 'released'` has the released constants, rounded
 * to 2 to 4 digits (0.799, 0.538, 0.3217, 0.185 at 1 to 4 bits). (2) The levels scale with σ where the distribution is
 * known; the paper has σ = 1 always. (3) The released non-uniform 2-bit setting uses two positive levels of three, 0.453 and
 * 1.51: `levels: 'released-non-uniform'`; `non-uniform` uses all three. (4) The cell rule `nearest` is that of later re-implementations, with steps of its own.
 */
export function hwgq(settings: HwgqOptions = {}): Quantizer {
  return {
    kind: 'quantizer',
    api: 2,
    name: 'hwgq',
    summary: 'activations behind a rectifier at the levels of a half Gaussian; weights at 1 bit',
    paper: 'Cai et al., HWGQ, CVPR 2017, arXiv:1702.00953',
    roles: ['activation', 'weight'],
    bits: { activation: halfWaveTable.uniform.caffe.map((row) => row.bits), weight: [1] },
    grids: { even: {} },
    options,
    configured: { ...settings },
    expects: 'unit-variance',
    fit(values, context) {
      if (context.role === 'weight') return fitBinaryWeights(values);
      const { levels, cell } = chosen(context.options);
      const row = halfWaveRow(levels, cell, context.bits);
      return halfWaveCodebook(row, cell, deviationOf(values, context));
    },
    fitsInForward: true,
    forward(ops, x, { role, parameters }) {
      return role === 'weight' ? binaryWeights(ops, x) : nearestLevel(ops, x, parameters);
    },
    backward(ops, x, dy, { role, bits, options, parameters }) {
      if (role === 'weight' || parameters.kind !== 'codebook') return { x: dy };
      const { levels, cell, backward } = chosen(options);
      const highest = halfWaveRow(levels, cell, bits).levels.at(-1) as number;
      const top = parameters.values[parameters.values.length - 1] as typeof x;
      return { x: halfWaveGradient(ops, x, dy, backward, { top, highest }) };
    },
  };
}

/** The options, which were checked against their schema. */
function chosen({ levels, cell, backward }: Options): Required<HwgqOptions> {
  return { levels: levels as LevelKind, cell: cell as CellRule, backward: backward as BackwardRule };
}

/** α = mean |w| of a filter, the scale that loses least with signs. */
function fitBinaryWeights(values: Float32Array): SliceParameters {
  const sum = values.reduce((total, value) => total + Math.abs(value), 0);
  const alpha = values.length === 0 ? 0 : toScale(sum / values.length);
  return { kind: 'residual', scales: Float32Array.of(alpha) };
}

/** α · sgn(w) for a matrix with a filter in each row; α is measured anew, so it follows the weights as they train. */
function binaryWeights<T>(ops: Ops<T>, weights: T): T {
  return ops.mul(ops.sign(weights), ops.mean(ops.abs(weights), [1]));
}
