import type { Batch } from './model-run.js';

/** Batches that are read again for each thing that is measured on them. */
export interface RepeatableData {
  readonly batches: AsyncIterable<Batch>;
  /** Whether one of them is so; what follows it is not read. */
  some(isSo: (batch: Batch) => boolean): Promise<boolean>;
  /** How many are kept in memory. */
  kept(): number;
}

/**
 * What can be iterated again, such as a list or what `readBatches` gives, is; of what cannot, such as a generator or a stream, batches
 * are kept when they have been read. Nothing is read before somebody iterates.
 */
export function repeatable(given: Iterable<Batch> | AsyncIterable<Batch>): RepeatableData {
  const kept: Batch[] = [];
  const isOnce = 'next' in given || 'getReader' in given;
  const batches = { [Symbol.asyncIterator]: isOnce ? keeping(given, kept) : () => again(given) };
  return {
    batches,
    kept: () => kept.length,
    async some(isSo) {
      for await (const batch of batches) if (isSo(batch)) return true;
      return false;
    },
  };
}

async function* again(given: Iterable<Batch> | AsyncIterable<Batch>): AsyncGenerator<Batch> {
  yield* given;
}

/** Gives what is kept, and goes on with the rest, which it keeps. */
function keeping(given: Iterable<Batch> | AsyncIterable<Batch>, kept: Batch[]): () => AsyncGenerator<Batch> {
  let rest: AsyncGenerator<Batch> | undefined;
  return async function* () {
    rest ??= again(given);
    for (let at = 0; ; at++) {
      if (at === kept.length) {
        const { done, value } = await rest.next();
        if (done === true) return;
        kept.push(value);
      }
      yield kept[at] as Batch;
    }
  };
}
