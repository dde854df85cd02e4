import { nearestLevel, type OptionSchema, type Quantizer } from '@lowbit/core/method';
import { activationGradient, fitActivations } from './dorefa-activations.js';
import { fitWeights, weightForward, weightGradient } from './dorefa-weights.js';
import { widths } from './widths.js';

/** Options of {@link dorefa}. */
export interface DorefaOptions {
  /** `layer` (default): levels are scaled to the values. `paper`: weights lie in [−1, 1], activations in [0, 1]. */
  readonly scale?: 'layer' | 'paper';
}

const options: OptionSchema = {
  scale: {
    type: 'choice',
    default: 'layer',
    values: ['layer', 'paper'],
    help: 'layer: levels are scaled to the values; paper: weights lie in [−1, 1], activations in [0, 1]',
  },
};

/**
 * DoReFa squeezes weights with tanh and spreads even levels over what comes out; activations are clipped to [0, 1].
 *
 *     quantize_k(v) = round((2^k − 1) v) / (2^k − 1)
 *     weights, k = 1:  q(x) = mean|x| · sign(x)                              ∂L/∂x = ∂L/∂q
 *     weights, k > 1:  q(x) = α · (2 quantize_k(v) − 1)                      ∂L/∂x = ∂L/∂q · 2α · ∂v/∂x
 *                      v    = tanh(x) / (2 M) + ½,   M = max|tanh(x)|
 *     activations:     q(x) = c · quantize_k(clip(x / c, 0, 1))              ∂L/∂x = ∂L/∂q · 1[0 ≤ x ≤ c]
 *
 * The gradient passes straight through the rounding; tanh and the maximum are differentiated. Rounding is half to even.
 * With `scale: 'paper'` α = c = 1, as published. With `layer`, α is the factor that makes the least squared error for
 * the given codes (at 1 bit that is the published mean|x|), it counts as a constant in the gradient, and c is the end of
 * the range with the least squared error, searched as in `mse`.
 *
 * Assumes a network that is trained with it. `paper` forgets how large a layer was, which only batch normalization
 * behind it can mend after training; `layer` also serves without training, where tanh bends the levels of large weights
 * (beyond about 1) but hardly those of small ones.
 *
 * Shape: any; a slice is whatever shares M and α. The paper has one slice a layer (granularity `tensor`), which also
 * keeps the codebooks few. Weights and activations, 1 to 8 bits.
 *
 * Parameters: weights have a codebook of 2^k values with thresholds (1 bit: one residual scale), activations a scale and
 * the offset 0; in units of the values. During training those of weights are measured anew in every pass.
 *
 * Example: at 2 bits and `scale: 'paper'` the weights −1, 0.2, 0.6 have tanh −0.7616, 0.1974, 0.5370, so v = 0, 0.6296,
 * 0.8526, and they become −1, 0.3333, 1. With `layer` α = 0.7895.
 *
 * Source: S. Zhou, Y. Wu, Z. Ni, X. Zhou, H. Wen, Y. Zou, "DoReFa-Net: Training Low Bitwidth Convolutional Neural
 * Networks with Low Bitwidth Gradients", 2016, arXiv:1606.06160, equations 5, 7 to 9 and 11.
 *
 * Deviations: (1) `layer` is not the paper's. (2) Gradients are not quantized (equation 12): lowbit trains in float.
 * (3) A slice of zeros, for which the paper divides by 0, decodes to 0. Two things to know: tanh squeezes quantized
 * weights once more, so quantizing twice is not the same as quantizing once; and some implementations hold the maximum
 * constant in the gradient, where the equations differentiate it.
 */
export function dorefa(settings: DorefaOptions = {}): Quantizer {
  return {
    kind: 'quantizer',
    api: 2,
    name: 'dorefa',
    summary: 'even levels of tanh(weights), activations clipped to [0, 1]; for training',
    paper: 'Zhou et al., 2016, arXiv:1606.06160',
    roles: ['weight', 'activation'],
    bits: { weight: widths(1, 8), activation: widths(1, 8) },
    options,
    configured: { ...settings },
    fit: (values, context) =>
      context.role === 'weight' ? fitWeights(values, context) : fitActivations(values, context),
    fitsInForward: true,
    forward: (ops, x, site) =>
      site.role === 'weight' ? weightForward(ops, x, site) : nearestLevel(ops, x, site.parameters),
    backward: (ops, x, dy, site) => ({
      x: site.role === 'weight' ? weightGradient(ops, x, dy, site) : activationGradient(ops, x, dy, site),
    }),
  };
}
