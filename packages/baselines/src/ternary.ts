import { toScale, type Quantizer } from '@lowbit/core/method';

/**
 * The best three levels −α, 0, α in squared error, found exactly.
 *
 *     q(x)    = α · sign(x) for the m largest |x|, 0 for the others
 *     m       = argmax S_m² / m,   S_m = sum of the m largest |x|,   α = S_m / m
 *     ∂q/∂x   = 1              (straight-through; α counts as a constant)
 *
 * Assumes nothing. The error is ‖x‖² − S_m² / m, so sorting and one pass over the sums give its minimum. The values that
 * are kept are those with |x| > α / 2. A normal slice loses 0.1902 of its variance, `twn` 0.1916.
 *
 * Shape: any; a slice is whatever shares α. Weights, 2 bits, three of the four codes in use.
 *
 * Parameters: a codebook −α, 0, α, in units of the weights, with thresholds in the middle. During training they stay
 * those of the last fit: sorting has no place in a forward pass.
 *
 * Example: the weights −1, 0.1, 0.3, 0.9 have S² / m = 1, 1.805, 1.613, 1.323; so m = 2 and α = 0.95, and they become
 * −0.95, 0, 0, 0.95.
 *
 * Source: F. Li, B. Zhang, B. Liu, "Ternary Weight Networks", 2016, arXiv:1605.04711, equation 5, which the paper
 * approximates; solved exactly as in P. Yin, S. Zhang, J. Xin, Y. Qi, "Training Ternary Neural Networks with Exact
 * Proximal Operator", 2016, arXiv:1612.06052.
 *
 * Deviations: none known.
 */
export function ternary(): Quantizer {
  return {
    kind: 'quantizer',
    api: 2,
    name: 'ternary',
    summary: 'the three levels −α, 0, α with the least squared error',
    paper: 'Yin et al., 2016, arXiv:1612.06052',
    roles: ['weight'],
    bits: { weight: [2] },
    grids: { even: {} },
    fit(values) {
      const alpha = toScale(bestScale(values));
      return { kind: 'codebook', values: Float32Array.of(-alpha, 0, alpha) };
    },
  };
}

function bestScale(values: Float32Array): number {
  const ascending = values.map(Math.abs).sort();
  let [sum, best, scale] = [0, 0, 0];
  for (let count = 1; count <= ascending.length; count++) {
    sum += ascending[ascending.length - count] as number;
    const explained = (sum * sum) / count;
    if (explained > best) [best, scale] = [explained, sum / count];
  }
  return scale;
}
