import type { Batch } from '../contract/model-run.js';

/** Whole batches until there are so many samples. */
export async function firstSamples(batches: AsyncIterable<Batch>, most: number) {
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
