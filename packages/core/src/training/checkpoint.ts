import type { Options } from '../contract/options.js';
import type { QuantizationPlan } from '../contract/plan.js';
import type { Scheme } from '../scheme/types.js';
import type { TrainingRound } from './training-run.js';

/** What a schedule has frozen of one weight. */
export interface FrozenWeight {
  readonly mask: Uint8Array;
  /** The values where the mask is 1; 0 elsewhere. */
  readonly values: Float32Array;
  readonly scheme: Scheme;
}

/** A training run that can be stored and resumed; made by `TrainingRun.checkpoint`. */
export interface TrainingCheckpoint {
  readonly format: 'lowbit-training';
  readonly version: 1;
  /** The plan in force, with the bits that rounds have changed. */
  readonly plan: QuantizationPlan;
  /** Bits of each quantized weight before any round. Absent, as `schedule`, in checkpoints of earlier versions. */
  readonly bits?: Readonly<Record<string, number>>;
  /** Name of the schedule, `null` without one. */
  readonly schedule?: string | null;
  /** Every option of the schedule. Absent without a schedule or options, and in checkpoints of earlier versions. */
  readonly scheduleOptions?: Options;
  /** Rounds that are finished. One in which nothing was trained yet is not among them: it is repeated. */
  readonly rounds: readonly TrainingRound[];
  /** The schedule's memory, plain JSON. */
  readonly memory: Readonly<Record<string, unknown>>;
  readonly frozen: ReadonlyMap<string, FrozenWeight>;
  /** Every variable of the model. */
  readonly variables: ReadonlyMap<string, Float32Array>;
}
