import { isLowbitError, type Batch } from '@lowbit/core';
import { must } from '../law.js';

/** Checks that work on labelled batches is refused with a typed error where there is one more, whose labels were forgotten. */
export async function checkForgotten(
  batches: readonly Batch[],
  work: (batches: readonly Batch[]) => unknown,
): Promise<void> {
  const forgotten = { inputs: batches[0]?.inputs ?? {} };
  const told: unknown = await Promise.resolve([...batches, forgotten])
    .then(work)
    .catch((error: unknown) => error);
  must(isLowbitError(told), () => 'a batch without labels among others that have them is taken');
}
