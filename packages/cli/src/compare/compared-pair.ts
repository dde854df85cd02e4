import type { CalibrationInput } from '@lowbit/data';
import type { CompareSettings, Comparison } from '@lowbit/report';

import type { ChosenInputs } from './chosen-inputs.js';

/** A file that is compared. */
export interface ComparedFile {
  readonly file: string;
  /** The file, and the files beside it that its tensors lie in. */
  readonly bytes: number;
}

/** Two models that take the same inputs, and the runtime that both are for. */
export interface ComparedPair {
  readonly a: ComparedFile;
  readonly b: ComparedFile;
  /** In words. */
  readonly runtime: string;
  readonly inputs: readonly CalibrationInput[];
  compare(chosen: ChosenInputs, settings: CompareSettings): Promise<Comparison>;
  /** Frees both models. */
  release(): void;
}
