/** What a schedule knows when it is asked for the next round. */
export interface ScheduleState {
  /** Number of rounds that have been finished. */
  readonly finished: number;
  readonly weights: readonly ScheduledWeight[];
  readonly random: () => number;
}

export interface ScheduledWeight {
  readonly id: string;
  readonly depth: number;
  readonly bits: number;
  /** Current values, row-major. */
  readonly values: Float32Array;
  /** The values after snapping every one of them to its level. */
  readonly quantized: Float32Array;
  readonly codes: Uint8Array | Uint16Array;
  /** 1 where the value is held already. */
  readonly frozen: Uint8Array;
}

/** What to hold during the next round: for each weight named, 1 where the value is snapped and frozen. */
export interface Round {
  readonly name: string;
  readonly hold: ReadonlyMap<string, Uint8Array>;
  readonly bits?: ReadonlyMap<string, number>;
}

/** Decides, round by round, which values stop moving. `null` means done. */
export interface Schedule {
  readonly kind: 'schedule';
  readonly api: 1;
  readonly name: string;
  readonly summary?: string;
  readonly paper?: string;
  next(state: ScheduleState): Round | null | Promise<Round | null>;
}
