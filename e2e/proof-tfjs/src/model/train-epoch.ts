import type { Random } from '@lowbit/core/adapter';
import * as tf from '@tensorflow/tfjs-core';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import { shuffled } from '../data/batches.js';
import { side, type Pictures } from '../data/fashion-mnist.js';

export interface Epoch {
  readonly batchSize: number;
  readonly learningRate: number;
  /** Decides the order of the pictures. */
  readonly random: Random;
  /** After each step: the share of the epoch that is done, and the loss of the step. */
  readonly onStep?: (share: number, loss: number) => void;
}

/** A new Adam for the model, in place of the one before. */
export function compile(model: LayersModel): tf.AdamOptimizer {
  (model.optimizer as tf.Optimizer | undefined)?.dispose();
  const optimizer = tf.train.adam(0.001);
  model.compile({ optimizer, loss: 'categoricalCrossentropy' });
  return optimizer;
}

/** Shows every picture once. Returns the mean loss. */
export async function trainEpoch(model: LayersModel, pictures: Pictures, epoch: Epoch): Promise<number> {
  const { batchSize, learningRate, random, onStep } = epoch;
  (model.optimizer as unknown as { learningRate: number }).learningRate = learningRate;
  const steps = Math.floor(pictures.count / batchSize);
  let [sum, done] = [0, 0];
  for (const { values, labels } of shuffled(pictures, batchSize, random)) {
    const xs = tf.tensor4d(values, [batchSize, side, side, 1]);
    const ys = tf.tidy(() => tf.cast(tf.oneHot(tf.tensor1d(labels, 'int32'), 10), 'float32'));
    const loss = (await model.trainOnBatch(xs, ys)) as number;
    tf.dispose([xs, ys]);
    sum += loss;
    onStep?.(++done / steps, loss);
  }
  return sum / Math.max(steps, 1);
}
