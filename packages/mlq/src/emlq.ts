import { codebookOf, nearestPowerOfTwo, type Quantizer } from '@lowbit/core/method';
import { fitClusters, refitClusters } from './fit-clusters.js';
import { mlqOptionSchema, type MlqOptions } from './options.js';

/**
 * EMLQ is MLQ with centroids rounded to signed powers of two, so that products become shifts.
 *
 *     q(x)    = p(c_j),   p(c) = sgn(c) · 2^⌊log2(4|c| / 3)⌋,  p(0) = 0,   c as in `mlq` with the middle one 0
 *     ∂q/∂x   = 1         (straight-through)
 *
 * Assumes values on both sides of 0. p is the nearest power of two.
 *
 * Shape and width: those of `mlq`. Options: those of `mlq`; `zero` is `pinned` by default, as the power of two nearest
 * to a mean near 0 would be an accident of the sample.
 *
 * Parameters: a codebook of 0 and at most two signed powers of two.
 *
 * Example: the weights −1, −0.8, 0.1, 0.2, 0.7 have the centroids −0.9, 0, 0.7, and become −1, −1, 0, 0, 0.5.
 *
 * Source: as `mlq`, where the method is named "extended" MLQ; the rounding is that of A. Zhou et al., "Incremental
 * Network Quantization", ICLR 2017, arXiv:1702.03044, equation 4.
 *
 * Deviations: the paper's text on the extension was not at hand; that centroids are rounded after clustering, in each
 * fit, is our reading.
 */
export function emlq(settings: MlqOptions = {}): Quantizer {
  return {
    kind: 'quantizer',
    api: 2,
    name: 'emlq',
    summary: 'MLQ whose levels are 0 and signed powers of two',
    paper: 'Xu et al., Single and Multiple Level Quantization, AAAI 2018, arXiv:1803.03289',
    roles: ['weight'],
    bits: { weight: [2] },
    options: mlqOptionSchema,
    configured: { zero: 'pinned', ...settings },
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
