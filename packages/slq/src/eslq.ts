import { codebookOf, nearestPowerOfTwo, type Quantizer } from '@lowbit/core/method';
import { fitClusters, refitClusters } from './fit-clusters.js';
import { slqOptionSchema, type SlqOptions } from './options.js';

/**
 * ESLQ is SLQ with centroids rounded to signed powers of two, so that products become shifts.
 *
 *     q(x)    = p(c_j),   p(c) = sgn(c) · 2^⌊log2(4|c| / 3)⌋,  p(0) = 0,   c as in `slq`
 *     ∂q/∂x   = 1         (straight-through)
 *
 * Assumes nothing on the distribution. p is the nearest power of two. Clusters whose centroids round to the same value
 * become one, so that at most one level a power of two and sign is in use: beyond 4 bits little is won.
 *
 * Shape, widths and options: those of `slq`.
 *
 * Parameters: a codebook of 0 and signed powers of two.
 *
 * Example: at 2 bits the weights −1, −0.8, 0.1, 0.2, 0.7 have the centroids −0.9, 0 and 0.7, and become −1, 0 and 0.5.
 *
 * Source: as `slq`, where the method is named "extended" SLQ; the rounding is that of A. Zhou et al., "Incremental
 * Network Quantization", ICLR 2017, arXiv:1702.03044, equation 4.
 *
 * Deviations: the paper's text on the extension was not at hand; that centroids are rounded after clustering, in each
 * fit, is our reading.
 */
export function eslq(settings: SlqOptions = {}): Quantizer {
  return {
    kind: 'quantizer',
    api: 2,
    name: 'eslq',
    summary: 'SLQ whose levels are 0 and signed powers of two',
    paper: 'Xu et al., Single and Multiple Level Quantization, AAAI 2018, arXiv:1803.03289',
    roles: ['weight'],
    bits: { weight: [2, 3, 4, 5, 6, 7, 8] },
    options: slqOptionSchema,
    configured: { ...settings },
    fit(values, context) {
      const { points, levels } = fitClusters(values, context);
      return codebookOf(points, Array.from(levels, nearestPowerOfTwo));
    },
    refit(values, context) {
      const { points, levels, kept } = refitClusters(values, context);
      return codebookOf(points, Array.from(levels, nearestPowerOfTwo), kept);
    },
  };
}
