import type { Batch } from '../contract/model-run.js';
import { LowbitError } from '../errors/error.js';

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

/** The error of data in which there is nothing. @param where They were given. */
export const noBatch = (where: string): LowbitError =>
  new LowbitError({ code: 'calibration-invalid', where, expected: 'at least one batch', received: 'none' });
