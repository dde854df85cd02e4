import type { Batch } from '@lowbit/core';
import type { CalibrationInput } from '@lowbit/data';
import type { Comparison, CompareSettings, InputsReport, RunnableModel } from '@lowbit/report';
import type { ComparedFile } from '@lowbit/report/text';

/** What both models are run on. */
export interface ChosenInputs {
  readonly batches: AsyncIterable<Batch> | Iterable<Batch>;
  /** How many there are, where that is known before. */
  readonly count?: number;
  readonly report: InputsReport;
}

/** A model that is loaded to be compared. Its name is its file. */
export interface LoadedModel {
  readonly model: RunnableModel;
  /** Of its files. */
  readonly bytes: number;
  /** What runs it, and of which version. */
  readonly runtime: string;
}

/** Two models that take the same inputs, and what runs them. */
export interface ComparedPair {
  readonly a: ComparedFile;
  readonly b: ComparedFile;
  /** In words. */
  readonly runtime: string;
  readonly inputs: readonly CalibrationInput[];
  compare(chosen: ChosenInputs, settings: CompareSettings): Promise<Comparison>;
  /** Frees both models. */
  release(): Promise<void>;
}
