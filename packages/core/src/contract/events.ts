import { optionTypes, type OptionTypes } from '../errors/check-argument.js';

/** The part of an `AbortSignal` that is used, so that no DOM or Node types are needed. */
export interface CancelSignal {
  readonly aborted: boolean;
  readonly reason?: unknown;
}

export interface ProgressEvent {
  readonly phase: 'plan' | 'features' | 'observe' | 'measure' | 'quantize' | 'write' | 'compare';
  /** Finished and total steps of this phase; the total is 0 where nobody knows it. */
  readonly done: number;
  readonly total: number;
  /** Id of the weight or batch in work. */
  readonly id?: string;
  /** What is left of this phase, by what was done so far. Absent where that says nothing yet. */
  readonly secondsLeft?: number;
}

export interface SessionOptions {
  /** Cancels the work between two weights; the promise rejects with code `aborted`. */
  readonly signal?: CancelSignal;
  readonly onProgress?: (event: ProgressEvent) => void;
}

export const sessionTypes: OptionTypes<SessionOptions> = {
  signal: optionTypes.signal,
  onProgress: optionTypes.callback,
};

export interface QuantizeOptions extends SessionOptions {
  /**
   * Whether the report tells errors and histograms of weights, for which each is decoded, and how far outputs are off, where there
   * are data; default `true`. `errors`: the same without histograms, which take a tenth of the time and only documents show.
   */
  readonly measure?: boolean | 'errors';
  /** `all`: whatever is observed on data serves other quantizers too. Default: what those of the plan need. */
  readonly statistics?: 'all';
  /**
   * What rounders see of the inputs of weights. `sequential`: what each weight is multiplied with once those before are quantized, which
   * leaves less error and keeps what was computed of all samples in memory; the default where the port runs its model in parts. `once`:
   * what all are multiplied with in the model as it was.
   */
  readonly capture?: 'once' | 'sequential';
  /**
   * Bytes that the caller's files of a result take, for budgets: where they are others than the port counts, as those of TensorFlow.js
   * with its `model.json`. Default: `report.modelBytes.after`.
   */
  sizeOf?(model: unknown): number | Promise<number>;
  /**
   * For budgets on data: at so many sizes the best choice is measured as a whole too, for the curve of size against loss (`frontier`).
   * Default 0.
   */
  readonly curve?: number;
}

export const quantizeTypes: OptionTypes<QuantizeOptions> = {
  ...sessionTypes,
  measure: {
    expected: "true, false or 'errors'",
    fits: (value) => typeof value === 'boolean' || value === 'errors',
  },
  sizeOf: optionTypes.callback,
  curve: {
    expected: 'a whole number from 0',
    fits: (value) => Number.isInteger(value) && Number(value) >= 0,
  },
  capture: {
    expected: "'once' or 'sequential'",
    fits: (value) => value === 'once' || value === 'sequential',
  },
  statistics: { expected: "'all'", fits: (value) => value === 'all' },
};
