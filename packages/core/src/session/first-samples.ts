import type { Batch } from '../contract/model-run.js';

/** Batches, and how many samples they are. */
export interface Samples {
  readonly part: readonly Batch[];
  readonly samples: number;
}

/** Whole batches until there are so many samples. */
export async function firstSamples(
  batches: Iterable<Batch> | AsyncIterable<Batch>,
  most: number,
): Promise<Samples> {
  const part: Batch[] = [];
  let samples = 0;
  for await (const batch of batches) {
    part.push(batch);
    samples += samplesIn(batch);
    if (samples >= most) break;
  }
  return { part, samples };
}

/** As the first input says. What is no batch, the port refuses when it runs. */
export function samplesIn(batch: Batch): number {
  const [first] = Object.values(Object(Object(batch).inputs) as Batch['inputs']);
  return (first?.shape as readonly number[] | undefined)?.[0] ?? 1;
}
