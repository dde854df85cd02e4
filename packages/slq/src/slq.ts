import { codebookOf, type Quantizer } from '@lowbit/core/method';
import { fitClusters, refitClusters } from './fit-clusters.js';
import { slqOptionSchema, type SlqOptions } from './options.js';

/**
 * SLQ clusters the weights and replaces each by the centroid of its cluster; trained with `slqSchedule`, it freezes the
 * clusters one after the other, so that the weights still free make up for those that are not.
 *
 *     q(x)    = c_j,  j = argmin |x − c_j|,   c = k-means of the slice, K = 2^(b−1) + 1 centroids, one of them 0
 *     ∂q/∂x   = 1                             (straight-through; the paper's training has no q in its forward pass)
 *
 * Assumes nothing on the distribution. Every centroid but 0 is the mean of its values, so small changes of the codebook
 * only make the squared error larger; `solver: 'exact'` finds the least of all.
 *
 * Shape: any. A slice is whatever shares a codebook; the paper has one a layer (granularity `tensor`). Weights only, 2
 * to 8 bits. A slice with at most K distinct values is represented exactly.
 *
 * Parameters: a codebook of at most K ascending values in units of the weights; centroids without values are left out.
 * Options: {@link SlqOptions}.
 *
 * Example: at 2 bits (K = 3) the weights −1, −0.8, 0.1, 0.2, 0.9 start from 0, 1 and −1 and end at −0.9, 0 and 0.9.
 *
 * Source: Y. Xu, Y. Wang, A. Zhou, W. Lin, H. Xiong, "Deep Neural Network Compression With Single and Multiple Level
 * Quantization", AAAI 2018, arXiv:1803.03289. The ladder, the pinned zero and the 10 steps are those of the authors'
 * released code.
 *
 * Deviations: (1) k-means runs until it converges; the released code stops after 10 steps (`iterations: 'official'`),
 * which at 5 bits leaves 1.6 to 2.2 times the error. (2) From 6 bits on, where the paper has nothing, the codebook is the
 * optimum. (3) When it is coded, a value midway between two levels goes to the lower one. (4) Every slice has its
 * codebook; with one slice a tensor it is the paper's method. (5) A centroid without values is dropped, also in training.
 */
export function slq(settings: SlqOptions = {}): Quantizer {
  return {
    kind: 'quantizer',
    api: 2,
    name: 'slq',
    summary: 'clusters of equal weights: a k-means codebook with 0 in it',
    paper: 'Xu et al., Single and Multiple Level Quantization, AAAI 2018, arXiv:1803.03289',
    roles: ['weight'],
    bits: { weight: [2, 3, 4, 5, 6, 7, 8] },
    options: slqOptionSchema,
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
