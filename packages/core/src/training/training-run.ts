import { batchesType } from '../contract/check-batches.js';
import { type SessionOptions, sessionTypes } from '../contract/events.js';
import type { Batch } from '../contract/model-run.js';
import { optionTypes, type OptionTypes } from '../errors/check-argument.js';
import type { Quantized } from '../session/apply-plan.js';
import type { TrainingCheckpoint } from './checkpoint.js';

export interface TrainOptions extends SessionOptions {
  /**
   * Labelled batches for what is measured between rounds: the loss that schedules ask for, the loss of each round, the
   * statistics of batch normalization after the last one. Read once and kept.
   */
  readonly batches?: Iterable<Batch> | AsyncIterable<Batch>;
  /**
   * Goes on where `checkpoint` left off, with the model, under the same layer names, and the recipe of then. With a schedule
   * the next round is the first that is not finished, and where all were, the loop has no turn and `result` is made. Without
   * one the one round goes on.
   */
  readonly resume?: TrainingCheckpoint;
}

export const trainTypes: OptionTypes<TrainOptions> = {
  ...sessionTypes,
  batches: batchesType,
  resume: optionTypes.any,
};

/** One round, as told to the user who trains in it and to reports. Plain JSON. */
export interface TrainingRound {
  /** 0 for the first. */
  readonly number: number;
  readonly name: string;
  /** Share of the plan's weights that do not move, 0 … 1. */
  readonly frozen: number;
  /** Bits in force, by weight. */
  readonly bits: Readonly<Record<string, number>>;
  /** Loss on the batches at the start of the round, after values were snapped. Absent without batches. */
  readonly loss?: number;
  /** Loss on the batches when the round's training was over. Absent before, and without batches. */
  readonly trainedLoss?: number;
}

/** What a training run gives. */
export interface Trained<M> extends Quantized<M> {
  readonly rounds: readonly TrainingRound[];
}

/**
 * A quantized training in progress: iterate over it and train in the body of the loop. Leaving the loop early gives the
 * model back as it was before.
 */
export interface TrainingRun<M> extends AsyncIterable<TrainingRound> {
  /**
   * The quantized model, when the last round is over. Rejects with `aborted` when the loop was left, and with
   * `invalid-argument` when it is waited for and nobody begins to iterate within about a second; the run can go on, and who waits
   * later gets what it gives.
   *
   * Await it after the loop, or beside it as in `Promise.all([loop(), run.result])`, where data that take longer to open are opened
   * before. Awaiting it in the body of the loop waits for ever:
   * the round ends with the body, which waits for the round.
   */
  readonly result: Promise<Trained<M>>;
  /** The rounds so far, with the losses that were measured. */
  readonly rounds: readonly TrainingRound[];

  /**
   * Everything that is needed to go on later: to be called in the body of the loop, after training. A round in which nothing
   * was trained yet is repeated by the run that resumes.
   */
  checkpoint(): Promise<TrainingCheckpoint>;
}
