import type { Calibration, ObserveOptions } from '@lowbit/core';
import {
  batchRange,
  type BatchRange,
  rangeCollector,
  seedFrom,
  statisticsCollector,
} from '@lowbit/core/adapter';
import * as tf from '@tensorflow/tfjs-core';

/** Gathers statistics of the tensors at one site. */
interface TensorObserver {
  add(tensor: tf.Tensor): void;
  finish(): Calibration['sites'][string];
}

/** An observer of the site `id`; for ranges the backend computes them, and no values are taken out of it. */
export function observeTensor(id: string, options: ObserveOptions): TensorObserver {
  if (options.statistics !== 'ranges') {
    const { add, finish } = observeValues(id, options);
    return { add: (tensor) => add(tensor.dataSync()), finish };
  }
  const ranges = rangeCollector();
  return { add: (tensor) => ranges.add(rangeOf(tensor)), finish: ranges.finish };
}

/** The same of values that were taken out of tensors. */
export function observeValues(
  id: string,
  { statistics = 'all', sampleSize = 4096, seed = 0 }: ObserveOptions,
): { add(values: ArrayLike<number>): void; finish: TensorObserver['finish'] } {
  if (statistics === 'all') return statisticsCollector({ sampleSize, seed: seedFrom(seed, id) });
  const ranges = rangeCollector();
  return { add: (values) => ranges.add(batchRange(values)), finish: ranges.finish };
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
