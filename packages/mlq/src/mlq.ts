import { codebookOf, type Quantizer } from '@lowbit/core/method';
import { fitClusters, refitClusters } from './fit-clusters.js';
import { mlqOptionSchema, type MlqOptions } from './options.js';

/**
 * MLQ gives weights one of three free centroids; trained with `mlqSchedule`, it freezes the outer clusters before the
 * middle one and some layers before the others, so that what is still free makes up for what is not.
 *
 *     q(x)    = c_j,  j = argmin |x − c_j|,   (c−, c0, c+) = k-means of the slice from 0, m, −m
 *     ∂q/∂x   = 1                             (straight-through; the paper's training has no q in its forward pass)
 *     m       = 2^⌊log2 max|x|⌋
 *
 * Assumes values on both sides of 0. The centroids are means, not a symmetric −α, 0, α: c0 is near 0 and not exactly 0
 * unless the option `zero` is `pinned`. A side without values has no level.
 *
 * Shape: any. A slice is whatever shares a codebook; the paper has one a layer (granularity `tensor`). Weights only, 2
 * bits, of which three codes are used.
 *
 * Parameters: a codebook of at most three ascending values in units of the weights. Options: {@link MlqOptions}.
 *
 * Example: the weights −1, −0.8, 0.1, 0.3, 0.9 become −0.9, −0.9, 0.2, 0.2, 0.9.
 *
 * Source: Y. Xu, Y. Wang, A. Zhou, W. Lin, H. Xiong, "Deep Neural Network Compression With Single and Multiple Level
 * Quantization", AAAI 2018, arXiv:1803.03289; start and steps are those of the authors' released code.
 *
 * Deviations: (1) k-means runs until it converges; the released code stops after 10 steps (`iterations: 'official'`),
 * nearly the same here. (2) When it is coded, a value midway between two levels goes to the lower one. (3) Every slice
 * has its codebook; with one slice a tensor it is the paper's method.
 */
export function mlq(settings: MlqOptions = {}): Quantizer {
  return {
    kind: 'quantizer',
    api: 2,
    name: 'mlq',
    summary: 'ternary: three free k-means centroids',
    paper: 'Xu et al., Single and Multiple Level Quantization, AAAI 2018, arXiv:1803.03289',
    roles: ['weight'],
    bits: { weight: [2] },
    options: mlqOptionSchema,
    configured: { ...settings },
    fit(values, context) {
      const { points, levels } = fitClusters(values, context);
      return codebookOf(points, levels);
    },
    refit(values, context) {
      const { points, levels, kept } = refitClusters(values, context);
      return codebookOf(points, levels, kept);
    },
  };
}
