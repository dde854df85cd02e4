import type { Batch } from '@lowbit/core';
import type { CalibrationInput } from '@lowbit/data';
import type { Comparison, CompareSettings, InputsReport } from '@lowbit/report';
import type { ComparedFile } from '@lowbit/report/text';

/** What both models are run on. */
export interface ChosenInputs {
  readonly batches: AsyncIterable<Batch> | Iterable<Batch>;
  /** How many there are, where that is known before. */
  readonly count?: number;
  readonly report: InputsReport;
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
