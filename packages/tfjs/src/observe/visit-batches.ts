import { LowbitError, type Batch, type SessionOptions } from '@lowbit/core';
import { finiteBatches, stopIfAborted } from '@lowbit/core/adapter';
import * as tf from '@tensorflow/tfjs-core';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import { batchInputs } from './batch-tensors.js';
import { naming } from './naming.js';

/**
 * Runs the model on batch after batch.
 *
 * @returns The number of batches.
 * @throws LowbitError `invalid-argument` for what is no list of batches, `calibration-invalid` when there are none, `non-finite`,
 *   `runtime-failed`, `aborted`.
 */
export async function visitBatches(
  model: LayersModel,
  batches: Iterable<Batch> | AsyncIterable<Batch>,
  { signal }: SessionOptions,
  after: (batch: Batch, number: number) => Promise<void> | void,
): Promise<number> {
  let count = 0;
  for await (const batch of finiteBatches(batches)) {
    stopIfAborted(signal, 'observe');
    const inputs = batchInputs(model, batch);
    try {
      await naming('observe', async () =>
        tf.tidy(() => void model.apply(inputs.length === 1 ? (inputs[0] as tf.Tensor) : inputs)),
      );
    } finally {
      tf.dispose(inputs);
    }
    count += 1;
    await after(batch, count);
  }
  if (count === 0) throw noBatches();
  return count;
}

/** What is told when there was nothing to observe. */
export const noBatches = () =>
  new LowbitError({
    code: 'calibration-invalid',
    where: 'batches',
    expected: 'at least one batch',
    received: 'none',
  });
