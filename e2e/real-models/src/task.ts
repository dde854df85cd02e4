import type { Batch } from '@lowbit/core';

/** What one run of a model over its inputs gives. `Answer` is what the task decides for one input. */
export interface TaskResult<Answer = unknown> {
  /** Raw outputs, one array an input, for the signal-to-noise ratio against float. */
  readonly outputs: readonly Float32Array[];
  /** Median time of one input, in milliseconds; compare two models with `timePair` instead. */
  readonly medianMs: number;
  /** One decision an input: boxes, a string, speech or not, a class. */
  readonly answers: readonly Answer[];
  readonly task: { readonly summary: string; readonly numbers: Readonly<Record<string, number>> };
}

/** What a changed model kept of the float model's ability. */
export interface Comparison {
  /** Signal-to-quantization-noise ratio of the raw outputs, in decibels; `Infinity` when equal. */
  readonly sqnrDb: number;
  /** Whether enough of the float model's decisions are kept; see each task for its threshold. */
  readonly usable: boolean;
  /** The share of float's decisions that are kept, from 0 to 1. */
  readonly kept: number;
  /** The share of the changed model's decisions that float makes too; absent where every input has exactly one. */
  readonly confirmed?: number;
  /** One line for a table; it ends with `NOT_USABLE` when `usable` is false. */
  readonly summary: string;
}

/** A loaded model and one input of the task, for timing. */
export interface Probe {
  once(): Promise<void>;
  close(): Promise<void>;
}

/**
 * A real model with real inputs. `Artifact` is the model in the form that is quantized: the bytes of an
 * ONNX file, or a LayersModel. Inputs are made once and shared by all runs.
 */
export interface RealModelTask<Artifact, Answer = unknown> {
  readonly name: string;
  /** What one timed input is, in words. */
  readonly unit: string;
  /** The float model. */
  load(): Promise<Artifact>;
  run(artifact: Artifact): Promise<TaskResult<Answer>>;
  compare(float: TaskResult<Answer>, quantized: TaskResult<Answer>): Comparison;
  probe(artifact: Artifact): Promise<Probe>;
  /** Some of the inputs, on which bits are chosen. */
  batches(artifact: Artifact): readonly Batch[];
  /** A few other inputs, by which weights are rounded and biases corrected. */
  calibration(artifact: Artifact): readonly Batch[] | Promise<readonly Batch[]>;
}

export const NOT_USABLE = 'not usable without training';

/** Words a comparison: the task's own words, and the label when too little is kept. */
export function comparison(sqnrDb: number, kept: number, usable: boolean, words: string): Comparison {
  return { sqnrDb, kept, usable, summary: usable ? words : `${words}; ${NOT_USABLE}` };
}
