import type { CalibrationInput } from '@lowbit/data';
import type { Comparison, CompareSettings } from '@lowbit/report';
import type { ComparedFile } from '@lowbit/report/text';

import type { ChosenInputs } from './chosen-inputs.js';

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
