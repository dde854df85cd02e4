import * as tf from '@tensorflow/tfjs-core';
import { attributesOf } from '../wasm-kernels/wasm-backend.js';

const made = new WeakSet<tf.GradConfig>();

/** Whether the gradient is one of {@link batchNormGradient}. */
export function isBatchNormGradient(gradient: tf.GradConfig): boolean {
  return made.has(gradient);
}

/**
 * Gradient of batch normalization y = (x − mean) · scale / √(variance + ε) + offset, with the channels last. The sums are over all
 * other axes; they are computed once for all inputs, because each gradient function runs in a tidy of its own.
 *
 *     ∂L/∂x = dy · scale / √(variance + ε)        ∂L/∂mean = −Σ ∂L/∂x
 *     ∂L/∂scale = Σ dy · (x − mean) / √(variance + ε)    ∂L/∂offset = Σ dy
 *     ∂L/∂variance = −½ · Σ dy · (x − mean) · scale / (variance + ε)^1.5
 *
 * It replaces the one of TensorFlow.js, which tiles the statistics to the size of x, and which still does all with other statistics
 * than one a channel: layer normalization.
 */
export function batchNormGradient(stock: tf.GradConfig): tf.GradConfig {
  const gradient: tf.GradConfig = {
    ...stock,
    gradFunc: (dy, saved, attrs) => {
      const [x, mean] = saved as [tf.Tensor, tf.Tensor];
      const isPerChannel = mean.rank === 1 && x.rank > 1;
      return isPerChannel ? perChannel(dy as tf.Tensor, saved, attrs) : stock.gradFunc(dy, saved, attrs);
    },
  };
  made.add(gradient);
  return gradient;
}

function perChannel(
  dy: tf.Tensor,
  saved: tf.Tensor[],
  attrs: Parameters<tf.GradConfig['gradFunc']>[2],
): ReturnType<tf.GradConfig['gradFunc']> {
  const { varianceEpsilon } = attributesOf<{ varianceEpsilon: number }>(attrs);
  const [x, mean, variance, factor] = saved as [tf.Tensor, tf.Tensor, tf.Tensor, tf.Tensor | undefined];
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
}
