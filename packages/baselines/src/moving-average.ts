import { range, type Quantizer } from '@lowbit/core/method';
import { constantGrid, withZero } from './even-grid.js';
import { widths } from './widths.js';

/**
 * Moving-average quantization of activations: evenly spaced levels over the typical range of a batch.
 *
 *     q(x)    = s · (u − z),   u = clip(round(x / s) + z, 0, 2^b − 1)
 *     ∂q/∂x   = 1              (straight-through)
 *     s = (high − low) / (2^b − 1),   z = clip(round(−low / s), 0, 2^b − 1)
 *
 * where low and high are exponential moving averages (momentum 0.9) of the smallest and the largest value of each batch of
 * the calibration, extended to include 0. Rounding is half to even.
 *
 * Assumes that batches are alike: a single odd one moves the range by a tenth of its distance. Give batches of one
 * sample each to weigh samples alike; the order matters.
 *
 * Shape: one slice. Activations, 1 to 16 bits. Without statistics the values are taken as one batch.
 *
 * Parameters: a scale s and an offset −z·s, in units of the values.
 *
 * Example: at 8 bits and batches whose largest values are 10, 10 and 20 (smallest 0), high is 11 and s = 11 / 255.
 *
 * Source: B. Jacob et al., "Quantization and Training of Neural Networks for Efficient Integer-Arithmetic-Only
 * Inference", CVPR 2018, arXiv:1712.05877, section 3.1.
 *
 * Deviations: the paper averages during training, with a momentum close to 1.
 */
export function movingAverage(): Quantizer {
  return {
    kind: 'quantizer',
    api: 2,
    name: 'moving-average',
    summary: 'evenly spaced levels over the typical range of a batch',
    paper: 'Jacob et al., CVPR 2018, arXiv:1712.05877',
    roles: ['activation'],
    bits: { activation: widths(1, 16) },
    grids: { 'zero-point': {} },
    needs: 'ranges',
    fit(values, { bits, ranges }) {
      const { min, max } = range(values);
      const [low, high] = ranges === undefined ? [min, max] : [ranges.movingMin, ranges.movingMax];
      return low === high ? constantGrid(2 ** bits, low) : withZero(2 ** bits, low, high);
    },
  };
}
