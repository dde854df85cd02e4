import type { Batch } from '@lowbit/core';

/** Gives each sample its labels, from the first sample on. */
export interface LabelLookup {
  /**
   * The labels of the next samples.
   *
   * @param first - number of the first of them, from 0
   * @param names - their names, for pictures
   * @throws LowbitError `calibration-invalid` when one has none.
   */
  take(first: number, names: readonly (string | undefined)[]): Promise<NonNullable<Batch['labels']>>;
  /** Compares the number of labels with the number of samples, where both are known. @throws LowbitError */
  checkCount(samples: number): void;
  /** Names of the classes 0, 1, …; absent when the labels are numbers already. */
  readonly classes?: readonly string[];
  /** Frees what is open. */
  close?(): Promise<void>;
}

/** Labels that are a number for each sample, looked up one by one. */
export const oneEach =
  (labelOf: (index: number, name: string | undefined) => number): LabelLookup['take'] =>
  async (first, names) =>
    names.map((name, i) => labelOf(first + i, name));
