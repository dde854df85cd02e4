import type { Quantizer } from '@lowbit/core/method';
import { clippedMasters } from './clipped-masters.js';
import { withinOne } from './masks.js';

/**
 * Binarized neural networks keep the sign of weights and of activations; the derivative is that of the hard hyperbolic
 * tangent.
 *
 *     q(x)    = sign(x),   sign(0) = +1
 *     ∂q/∂x   = 1[|x| ≤ 1] for activations;
 *               1 for weights, except that nothing pushes one beyond ±1 further out
 *
 * Assumes a network that is trained with it, with batch normalization in front of every binarized activation and no
 * rectifier (after one, every sign is +1). Do not use it without training.
 *
 * Shape: any; slices make no difference, all values are ±1. Weights and activations, 1 bit. Nothing is measured and
 * nothing is calibrated.
 *
 * Parameters: one residual scale of 1 for weights, none for activations.
 *
 * Example: the activations −0.3, 0, 1.2 become −1, 1, 1; gradients 1, 1, 1 become 1, 1, 0.
 *
 * Source: I. Hubara, M. Courbariaux, D. Soudry, R. El-Yaniv, Y. Bengio, "Binarized Neural Networks", NIPS 2016,
 * arXiv:1602.02830, equations 1 and 4 and section 1.3.
 *
 * Deviations: (1) the paper clips the trained weights to [−1, 1] after every step; here the gradient that would move one
 * further out is withheld. (2) No stochastic form.
 */
export function bnn(): Quantizer {
  return {
    kind: 'quantizer',
    api: 2,
    name: 'bnn',
    summary: 'the sign of weights and activations, hard-tanh gradient; for training',
    paper: 'Hubara et al., NIPS 2016, arXiv:1602.02830',
    roles: ['weight', 'activation'],
    bits: { weight: [1], activation: [1] },
    grids: { even: {} },
    dynamic: true,
    fit: () => ({ kind: 'residual', scales: Float32Array.of(1) }),
    fitsInForward: true,
    forward: (ops, x) => ops.sign(x),
    backward: (ops, x, dy, { role }) => ({
      x: role === 'weight' ? clippedMasters(ops, x, dy) : ops.mul(dy, withinOne(ops, x)),
    }),
  };
}
