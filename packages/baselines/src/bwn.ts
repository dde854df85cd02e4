import type { Quantizer } from '@lowbit/core/method';
import { fitScaledSign, scaledSign } from './scaled-sign.js';

/**
 * Binary weight networks keep the sign of every weight, times one scale a filter.
 *
 *     q(x)    = α · sign(x),   α = mean|x|,   sign(0) = +1
 *     ∂q/∂x   = 1              (straight-through; α counts as a constant)
 *
 * Assumes weights about symmetric about 0. The scale is the best for the signs, in squared error; a normal slice keeps
 * 64 % of its variance (the rest, 0.3634, is lost), so expect to train.
 *
 * Shape: any; a slice is whatever shares α. The paper has one slice an output filter. Weights, 1 bit.
 *
 * Parameters: one residual scale α ≥ 0, in units of the weights. During training α is measured anew in every pass.
 *
 * Example: the weights −1, 0.2, 0.6 have α = 0.6; they become −0.6, 0.6, 0.6.
 *
 * Source: M. Rastegari, V. Ordonez, J. Redmon, A. Farhadi, "XNOR-Net: ImageNet Classification Using Binary Convolutional
 * Neural Networks", ECCV 2016, arXiv:1603.05279, equations 5 and 6 and algorithm 1.
 *
 * Deviations: none known. The paper gives two gradients: algorithm 1 updates the weights with the gradient of the binary
 * ones, which this does; the other is that of `xnor`.
 */
export function bwn(): Quantizer {
  return {
    kind: 'quantizer',
    api: 2,
    name: 'bwn',
    summary: 'the sign of the weights times their mean size',
    paper: 'Rastegari et al., ECCV 2016, arXiv:1603.05279',
    roles: ['weight'],
    bits: { weight: [1] },
    grids: { even: {} },
    fit: fitScaledSign,
    fitsInForward: true,
    forward: scaledSign,
  };
}
