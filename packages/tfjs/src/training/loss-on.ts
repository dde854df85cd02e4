import { LowbitError, type Batch, type RunOutputs } from '@lowbit/core';
import * as tf from '@tensorflow/tfjs-core';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import { compiledLoss } from '../model/internals.js';
import { batchInputs, batchLabels, batchSize } from '../observe/batch-tensors.js';
import { runModel } from '../observe/run.js';

/**
 * The mean loss over all samples of the batches, of what the model gives with some weights replaced; the model must be compiled.
 *
 * @param replace Values of weights by id, row-major.
 * @throws LowbitError `invalid-argument` for batches without labels, or labels that the model's loss does not take.
 */
export async function lossOn(
  model: LayersModel,
  batches: readonly Batch[],
  replace: ReadonlyMap<string, Float32Array>,
): Promise<number> {
  let [sum, samples, at] = [0, 0, 0];
  for await (const outputs of runModel(model, batches, { replace })) {
    const batch = batches[at++] as Batch;
    const size = batchSize(batch);
    sum += size * (await lossOfBatch(model, batch, outputs));
    samples += size;
  }
  return samples === 0 ? 0 : sum / samples;
}

async function lossOfBatch(model: LayersModel, batch: Batch, outputs: RunOutputs): Promise<number> {
  const compiled = compiledLoss(model);
  const [name = ''] = model.outputNames;
  const { shape, data } = outputs[name] as RunOutputs[string];
  const loss = tf.tidy(() => {
    const labels = batchLabels(model, batch);
    const losses = checked(() => {
      compiled.standardizeUserDataXY(batchInputs(model, batch), labels, true);
      return compiled.lossFunctions[0]!(labels, tf.tensor(data, [...shape]));
    });
    const size = batchSize(batch);
    // Evaluating a model weighs each batch so: the same float32 numbers.
    return tf.div(tf.mul(size, tf.mean(losses)), size);
  });
  try {
    const [value] = await loss.data();
    return value as number;
  } finally {
    loss.dispose();
  }
}

/** Words what TensorFlow.js throws about labels. */
function checked<R>(work: () => R): R {
  try {
    return work();
  } catch (cause) {
    throw new LowbitError(
      {
        code: 'invalid-argument',
        where: 'batch: labels',
        expected: 'a model whose loss takes the class, or the number, of each sample',
        received: cause instanceof Error ? cause.message : String(cause),
        remedy: 'Train without batches; a schedule then orders by what it knows of the weights.',
      },
      { cause },
    );
  }
}
