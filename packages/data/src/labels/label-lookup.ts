/** Gives each sample its label. */
export interface LabelLookup {
  /**
   * @param index - number of the sample, from 0
   * @param name - its name, for pictures
   * @throws LowbitError `calibration-invalid` when it has none.
   */
  labelOf(index: number, name: string | undefined): number;
  /** Compares the number of labels with the number of samples, where both are known. @throws LowbitError */
  checkCount(samples: number): void;
  /** Names of the classes 0, 1, …; absent when the labels are numbers already. */
  readonly classes?: readonly string[];
}
