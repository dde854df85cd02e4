import { LowbitError, type Batch, type SessionOptions } from '@lowbit/core';
import { stopIfAborted } from '@lowbit/core/adapter';
import { checkBatches } from './check-batches.js';

/** What is told of runs that were cancelled. */
export const cancelled = { expected: 'the runs to finish', received: 'an abort' } as const;

/**
 * Does the work for one batch after the other, and tells of progress.
 *
 * @param where - name of the model
 * @returns the number of batches
 * @throws LowbitError `calibration-invalid` when there are none, or something else than batches, `aborted`, and what the work throws.
 */
export async function eachBatch(
  batches: Iterable<Batch> | AsyncIterable<Batch>,
  where: string,
  { signal, onProgress }: SessionOptions,
  work: (batch: Batch) => Promise<void>,
): Promise<number> {
  checkBatches(batches);
  let count = 0;
  for await (const batch of batches) {
    stopIfAborted(signal, where, cancelled);
    await work(batch);
    count++;
    onProgress?.({ phase: 'plan', done: count, total: 0, id: `batch ${count}` });
  }
  if (count > 0) return count;
  throw new LowbitError({
    code: 'calibration-invalid',
    where,
    expected: 'at least one batch',
    received: 'none',
  });
}
