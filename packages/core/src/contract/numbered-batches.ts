import type { SamplesOfBatch } from '../calibration/held-out.js';
import { checkArgument, optionTypes } from '../errors/check-argument.js';
import { checkHas } from '../errors/check-kinds.js';
import { checkBatches, finiteBatches } from './check-batches.js';
import type { Batch } from './model-run.js';

/** Batches, and which samples are those of the one that was given last. */
export interface NumberedBatches {
  readonly batches: AsyncIterable<Batch>;
  now(): SamplesOfBatch;
}

/**
 * Goes through batches to count their samples: the first axis of the first input with axes counts them. What it gives goes through them once more.
 *
 * @param check Throws for what is no batch.
 * @throws LowbitError `invalid-argument`; from the batches that it gives `non-finite`.
 */
export async function numberedBatches(
  batches: Iterable<Batch> | AsyncIterable<Batch>,
  check: (batch: Batch) => void,
): Promise<NumberedBatches> {
  checkBatches(batches);
  const { fits, expected } = optionTypes.callback;
  checkArgument(fits(check), check, { where: 'numberedBatches(batches, check)', expected });
  const counts: number[] = [];
  for await (const batch of batches) {
    check(batch);
    checkHas(batch, ['inputs'], 'batches', 'batches with inputs');
    const withAxes = Object.values(batch.inputs).find(({ shape }) => shape.length > 0);
    counts.push(Math.max(1, withAxes?.shape[0] ?? 1));
  }
  const all = counts.reduce((sum, count) => sum + count, 0);
  let now: SamplesOfBatch = { first: 0, count: 1, all };
  async function* numbered(): AsyncGenerator<Batch> {
    let [first, index] = [0, 0];
    for await (const batch of finiteBatches(batches)) {
      const count = counts[index++] ?? 1;
      now = { first, count, all };
      first += count;
      yield batch;
    }
  }
  return { batches: numbered(), now: () => now };
}
