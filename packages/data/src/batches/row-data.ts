import type { Numbers } from '../input/elements.js';
import type { CalibrationInput } from '../input/options.js';

/** Values of one input for one run of the model. */
export interface InputValues {
  readonly shape: readonly number[];
  readonly data: Numbers;
}

/** Gives the values of one input, from front to back. */
export interface RowReader {
  readonly input: CalibrationInput;
  /** See {@link Placement}. */
  readonly unit: 'row' | 'whole';
  /** Units there are. */
  readonly count: number;
  /** The next units: of rows as many as asked for, of whole inputs one. */
  take(units: number): Promise<InputValues>;
  close(): Promise<void>;
}

/** Data of one input that can be read, also several times. */
export interface RowData {
  readonly input: CalibrationInput;
  readonly unit: 'row' | 'whole';
  readonly count: number;
  open(): RowReader;
}
