import { LowbitError, type Batch } from '@lowbit/core';
import * as tf from '@tensorflow/tfjs-core';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import { batchInputs, batchLabels, batchSize } from '../observe/batch-tensors.js';
import { checkBatch } from '../observe/check-batch.js';

/**
 * The mean loss over all samples of the batches; the model must be compiled.
 *
 * @throws LowbitError `invalid-argument` for batches without labels, or labels that the model's loss does not take.
 */
export async function lossOn(model: LayersModel, batches: readonly Batch[]): Promise<number> {
  let [sum, samples] = [0, 0];
  for (const batch of batches) {
    checkBatch(batch, model.inputNames);
    const size = batchSize(batch);
    sum += size * (await lossOfBatch(model, batch, size));
    samples += size;
  }
  return samples === 0 ? 0 : sum / samples;
}

async function lossOfBatch(model: LayersModel, batch: Batch, batchSize: number): Promise<number> {
  const labels = batchLabels(model, batch);
  const given: tf.Tensor[] = [labels];
  try {
    const inputs = batchInputs(model, batch);
    given.push(...inputs);
    const results = evaluated(model, inputs, labels, batchSize);
    given.push(...results);
    const [value] = await (results[0] as tf.Scalar).data();
    return value as number;
  } finally {
    tf.dispose(given);
  }
}

function evaluated(model: LayersModel, inputs: tf.Tensor[], labels: tf.Tensor, batchSize: number) {
  try {
    const results = model.evaluate(inputs, labels, { batchSize });
    return Array.isArray(results) ? results : [results];
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
