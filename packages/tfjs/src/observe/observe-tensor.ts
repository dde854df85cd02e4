import {
  batchRange,
  type BatchRange,
  type Calibration,
  type ObserveOptions,
  rangeCollector,
  seedFrom,
  statisticsCollector,
} from '@lowbit/core';
import * as tf from '@tensorflow/tfjs-core';

/** Gathers statistics of the tensors at one site. */
interface TensorObserver {
  add(tensor: tf.Tensor): void;
  finish(): Calibration['sites'][string];
}

/** An observer of the site `id`; for ranges the backend computes them, and no values are taken out of it. */
export function observeTensor(
  id: string,
  { statistics = 'all', sampleSize = 4096, seed = 0 }: ObserveOptions,
): TensorObserver {
  if (statistics === 'ranges') {
    const ranges = rangeCollector();
    return { add: (tensor) => ranges.add(rangeOf(tensor)), finish: ranges.finish };
  }
  const collector = statisticsCollector({ sampleSize, seed: seedFrom(seed, id) });
  return { add: (tensor) => collector.add(tensor.dataSync()), finish: collector.finish };
}

/** Values that are not finite show in the mean, and are left out. */
function rangeOf(tensor: tf.Tensor): BatchRange {
  if (tensor.size === 0) return batchRange([]);
  const figures = tf.tidy(() => {
    const floats = tf.cast(tensor, 'float32');
    return tf.stack([tf.min(floats), tf.max(floats), tf.mean(floats)]).dataSync();
  });
  if (!figures.every(Number.isFinite)) return batchRange(tensor.dataSync());
  const [min = 0, max = 0] = figures;
  return { count: tensor.size, min, max };
}
