import * as tf from '@tensorflow/tfjs-core';

/**
 * Gradient of batch normalization y = (x − mean) · scale / √(variance + ε) + offset, with the channels last. The sums are over all
 * other axes; they are computed once for all inputs, because each gradient function runs in a tidy of its own.
 *
 *     ∂L/∂x = dy · scale / √(variance + ε)        ∂L/∂mean = −Σ ∂L/∂x
 *     ∂L/∂scale = Σ dy · (x − mean) / √(variance + ε)    ∂L/∂offset = Σ dy
 *     ∂L/∂variance = −½ · Σ dy · (x − mean) · scale / (variance + ε)^1.5
 *
 * It replaces the one of TensorFlow.js, which tiles the statistics to the size of x.
 */
export const batchNormGradient: tf.GradConfig = {
  kernelName: 'FusedBatchNorm',
  inputsToSave: ['x', 'mean', 'variance', 'scale'],
  gradFunc(given, saved, attrs) {
    const { varianceEpsilon } = attrs as unknown as { varianceEpsilon: number };
    const [x, mean, variance, factor] = saved as [tf.Tensor, tf.Tensor, tf.Tensor, tf.Tensor | undefined];
    const dy = given as tf.Tensor;
    if (mean.rank !== 1) throw new Error('batch normalization is trained with one statistic a channel');
    const scale = factor ?? tf.scalar(1);
    const axes = x.shape.map((_, axis) => axis).slice(0, -1);
    const inverse = tf.rsqrt(tf.add(variance, tf.scalar(varianceEpsilon)));
    const factorOfX = tf.mul(inverse, scale);
    const sum = tf.sum(dy, axes);
    const centred = tf.sum(tf.mul(dy, tf.sub(x, mean)), axes);
    return {
      x: () => tf.mul(dy, factorOfX),
      mean: () => tf.neg(tf.mul(sum, factorOfX)),
      variance: () => tf.mul(tf.mul(centred, -0.5), tf.mul(factorOfX, tf.square(inverse))),
      scale: () => tf.mul(centred, inverse),
      offset: () => sum.clone(),
    };
  },
};
