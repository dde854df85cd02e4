import { type OutputValues, stopIfAborted } from '@lowbit/core/adapter';
import { differenceOf, mergeDifferences, outputCollector, type ModelValue } from 'lowbit/browser';
import type { CompareResult } from '../../shared/messages.js';
import type { Session } from '../session.js';

type Outputs = Readonly<Record<string, OutputValues>>;

/**
 * Compares what two models give, batch by batch.
 *
 * @param declared - the outputs by the names that both runs use
 * @param batches - how many there will be, for the progress
 * @throws LowbitError `aborted`, and what the runs throw.
 */
export async function compareRuns(
  first: AsyncIterator<Outputs>,
  second: AsyncIterator<Outputs>,
  declared: readonly ModelValue[],
  batches: number,
  { signal, onProgress }: Session,
): Promise<CompareResult> {
  const collectors = declared.map((value) => ({ name: value.name, collector: outputCollector(value) }));
  try {
    for (let done = 0; done < batches; done++) {
      onProgress({ label: 'Running both models', done, total: batches });
      const a = await outputsOf(first);
      const b = await outputsOf(second);
      for (const { name, collector } of collectors) collector.add(a[name]!, b[name]!, undefined);
      await turn(signal);
    }
  } finally {
    await Promise.all([first.return?.(), second.return?.()]);
  }
  return {
    batches,
    outputs: collectors.map(({ collector }) => collector.finish()),
    overall: differenceOf(mergeDifferences(collectors.map(({ collector }) => collector.sums()))),
  };
}

async function outputsOf(run: AsyncIterator<Outputs>): Promise<Outputs> {
  return (await run.next()).value as Outputs;
}

/** Lets a message through that may cancel. */
async function turn(signal: AbortSignal): Promise<void> {
  await new Promise((resolve) => setTimeout(resolve, 0));
  stopIfAborted(signal, 'compare');
}
