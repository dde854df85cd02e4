import type { Quantizer } from '@lowbit/core/method';
import { clippedMasters } from './clipped-masters.js';

/**
 * BinaryConnect keeps the sign of every weight and nothing else.
 *
 *     q(x)    = sign(x),   sign(0) = +1
 *     ∂q/∂x   = 1, except that nothing pushes a weight beyond ±1 further out   (straight-through)
 *
 * Assumes a network that is trained with it and has batch normalization behind every layer: ±1 forgets how large the
 * weights were. Do not use it without training; `bwn` is the same with a scale.
 *
 * Shape: any; slices make no difference, all weights are ±1. Weights, 1 bit.
 *
 * Parameters: one residual scale of 1.
 *
 * Example: the weights −0.3, 0, 1.2 become −1, 1, 1.
 *
 * Source: M. Courbariaux, Y. Bengio, J.-P. David, "BinaryConnect: Training Deep Neural Networks with binary weights
 * during propagations", NIPS 2015, arXiv:1511.00363, equation 1 and section 2.4.
 *
 * Deviations: (1) the paper clips the trained weights to [−1, 1] after every step; here the gradient that would move one
 * further out is withheld. (2) Its stochastic form draws every sign anew, with probability clip((x + 1) / 2, 0, 1) for
 * +1, at every step; a forward pass here has no source of randomness, so there is only the deterministic form.
 */
export function binaryConnect(): Quantizer {
  return {
    kind: 'quantizer',
    api: 2,
    name: 'binary-connect',
    summary: 'the sign of the weights; for training',
    paper: 'Courbariaux et al., NIPS 2015, arXiv:1511.00363',
    roles: ['weight'],
    bits: { weight: [1] },
    grids: { even: {} },
    fit: () => ({ kind: 'residual', scales: Float32Array.of(1) }),
    fitsInForward: true,
    forward: (ops, x) => ops.sign(x),
    backward: (ops, x, dy) => ({ x: clippedMasters(ops, x, dy) }),
  };
}
