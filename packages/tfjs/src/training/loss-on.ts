import type { Batch } from '@lowbit/core';
import * as tf from '@tensorflow/tfjs-core';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import { batchInputs, batchLabels, batchSize } from './batch-tensors.js';

/** The mean loss over all samples of the batches; the model must be compiled. */
export async function lossOn(model: LayersModel, batches: readonly Batch[]): Promise<number> {
  let [sum, samples] = [0, 0];
  for (const batch of batches) {
    const size = batchSize(batch);
    sum += size * (await lossOfBatch(model, batch, size));
    samples += size;
  }
  return samples === 0 ? 0 : sum / samples;
}

async function lossOfBatch(model: LayersModel, batch: Batch, batchSize: number): Promise<number> {
  const [inputs, labels] = [batchInputs(model, batch), batchLabels(model, batch)];
  const results = model.evaluate(inputs, labels, { batchSize });
  const [loss] = Array.isArray(results) ? results : [results];
  const [value] = await (loss as tf.Scalar).data();
  tf.dispose([inputs, labels, results]);
  return value as number;
}
