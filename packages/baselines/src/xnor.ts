import type { Ops, OptionSchema, Quantizer } from '@lowbit/core/method';
import { withinOne } from './masks.js';
import { fitScaledSign, scaledSign } from './scaled-sign.js';
import { sliceMean } from './slice-statistics.js';

/** Options of {@link xnor}. */
export interface XnorOptions {
  /** What shares the scale of activations: one patch of a convolution (default) or one sample. */
  readonly scope?: 'patch' | 'sample';
}

const options: OptionSchema = {
  scope: {
    type: 'choice',
    default: 'patch',
    values: ['patch', 'sample'],
    help: 'what shares the scale of activations: one patch of a convolution, or one sample',
  },
};

/**
 * XNOR-Net keeps the sign of weights and activations, times a scale for each filter and each patch: a dot product then
 * takes only XNOR and counting bits.
 *
 *     q(x)    = α · sign(x),   α = mean|x|,   sign(0) = +1
 *     ∂L/∂x   = sign(x) · mean(∂L/∂q · sign(x)) + α · ∂L/∂q · 1[|x| ≤ 1]
 *
 * The first term of the gradient is that of α, the second that of the sign (hard hyperbolic tangent).
 *
 * Assumes values about symmetric about 0: activations straight from batch normalization, not from a rectifier. On a
 * normal slice 36 % of the variance is lost. Train with it; keep the first and the last layer in float.
 *
 * Shape: a slice is a filter (weights) or an im2col column (activations): the scale of a patch is the paper's K, the
 * average over the window of the channel means of |x|. Weights and activations, 1 bit. The scale of activations is
 * measured on every run and nothing is stored. With `scope: 'sample'` a sample shares one, which needs no im2col.
 *
 * Parameters: one residual scale α ≥ 0, in units of the values; for weights it is stored.
 *
 * Example: a patch 0.9, −0.4, 0.1, −0.7 has α = 0.525; it becomes 0.525, −0.525, 0.525, −0.525.
 *
 * Source: M. Rastegari, V. Ordonez, J. Redmon, A. Farhadi, "XNOR-Net: ImageNet Classification Using Binary Convolutional
 * Neural Networks", ECCV 2016, arXiv:1603.05279, equations 6 to 11; gradient from section 3.1.
 *
 * Deviations: (1) the paper writes the gradient of a weight as ∂L/∂q · (1/n + α · 1[|x| ≤ 1]), n values a slice: of the
 * derivative of α = mean|x| it keeps the value's own share alone; here it is whole. (2) The order of layers (normalize,
 * binarize, convolve, pool) is the network's matter.
 */
export function xnor(settings: XnorOptions = {}): Quantizer {
  return {
    kind: 'quantizer',
    api: 2,
    name: 'xnor',
    summary: 'the sign of weights and activations times their mean size, per filter and per patch',
    paper: 'Rastegari et al., ECCV 2016, arXiv:1603.05279',
    roles: ['weight', 'activation'],
    bits: { weight: [1], activation: [1] },
    grids: { even: {} },
    options,
    configured: { ...settings },
    dynamic: 'signs',
    observes: ({ scope }) => (scope === 'sample' ? 'samples' : 'patches'),
    fit: fitScaledSign,
    fitsInForward: true,
    forward: scaledSign,
    backward: (ops, x, dy) => ({ x: gradient(ops, x, dy) }),
  };
}

function gradient<T>(ops: Ops<T>, x: T, dy: T): T {
  const sign = ops.sign(x);
  const ofScale = ops.mul(sign, sliceMean(ops, ops.mul(dy, sign)));
  const scale = sliceMean(ops, ops.abs(x));
  const ofSign = ops.mul(scale, ops.mul(dy, withinOne(ops, x)));
  return ops.add(ofScale, ofSign);
}
