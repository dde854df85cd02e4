/**
 * Whether a sample is kept back: a fifth of all, at least one, evenly spread; with one sample none.
 *
 * @param sample Its number, from 0. @param samples How many there are.
 */
export function isHeldOut(sample: number, samples: number): boolean {
  const kept = samples < 2 ? 0 : Math.max(1, Math.floor(samples / 5));
  return Math.floor(((sample + 1) * kept) / samples) > Math.floor((sample * kept) / samples);
}

/** The samples of a batch among all. */
export interface SamplesOfBatch {
  readonly first: number;
  readonly count: number;
  /** Of all batches. */
  readonly all: number;
}
