import type { Random } from '../numeric/random.js';
import type { Options, OptionSchema } from './options.js';
import type { QuantizedTensor } from '../scheme/types.js';

/** What a schedule knows when it is asked for the next round. */
export interface ScheduleState {
  /** Number of rounds that have been finished. */
  readonly finished: number;
  /** Every weight that the plan quantizes, in the order of execution. */
  readonly weights: readonly ScheduledWeight[];
  /** The schedule's options with every default filled in. */
  readonly options: Options;
  /** Seeded: the same run gives the same numbers. */
  readonly random: Random;
  /**
   * What the schedule wants to remember between rounds, plain JSON; it may write here. Stored with the run: a schedule
   * keeps nothing of a run in itself, so that one value serves many runs and a run can be resumed.
   */
  readonly memory: Record<string, unknown>;
  /**
   * The network's loss on the calibration batches, with some weights replaced (row-major, by id). Absent when the run
   * was started without batches.
   */
  readonly loss?: (replaced: ReadonlyMap<string, Float32Array>) => Promise<number>;
}

export interface ScheduledWeight {
  readonly id: string;
  readonly layer: string;
  readonly depth: number;
  /** Bits in force. */
  readonly bits: number;
  /** The quantizer's options with every default filled in. */
  readonly options: Options;
  /** Current values, row-major. */
  readonly values: Float32Array;
  /** What they would be stored as now: fitted anew, with frozen values where they are. */
  readonly tensor: QuantizedTensor;
  /** `tensor` decoded: the values after snapping every one of them to its level. */
  readonly quantized: Float32Array;
  /** 1 where the value is held already. */
  readonly frozen: Uint8Array;
}

/** What happens during the next round. */
export interface Round {
  /** A few words for progress and reports. */
  readonly name: string;
  /**
   * For each weight named: 1 where the value is snapped to its level and frozen from now on. What is frozen already
   * stays frozen, named or not.
   */
  readonly hold?: ReadonlyMap<string, Uint8Array>;
  /** New bits of weights from now on; only for weights of which nothing is frozen. */
  readonly bits?: ReadonlyMap<string, number>;
}

/** Decides, round by round, which values stop moving or how many bits are left. `null` means done. */
export interface Schedule {
  readonly kind: 'schedule';
  readonly api: 2;
  readonly name: string;
  readonly summary?: string;
  readonly paper?: string;
  /** The options it knows, with defaults; `configured` holds the values chosen in the factory. */
  readonly options?: OptionSchema;
  readonly configured?: Options;
  /**
   * Whether weights are fake-quantized during the rounds, as without a schedule. Default: they are used as they are, a
   * mixture of frozen levels and floats.
   */
  readonly simulates?: true;
  next(state: ScheduleState): Round | null | Promise<Round | null>;
}
