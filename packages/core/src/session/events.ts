/** The part of an `AbortSignal` that is used, so that no DOM or Node types are needed. */
export interface CancelSignal {
  readonly aborted: boolean;
  readonly reason?: unknown;
}

export interface ProgressEvent {
  readonly phase: 'plan' | 'quantize' | 'write';
  /** Finished and total steps of this phase. */
  readonly done: number;
  readonly total: number;
  /** Id of the weight in work. */
  readonly id?: string;
}

export interface SessionOptions {
  /** Cancels the work between two weights; the promise rejects with code `aborted`. */
  readonly signal?: CancelSignal;
  readonly onProgress?: (event: ProgressEvent) => void;
}

/** Names of {@link SessionOptions}. */
export const sessionOptions = ['signal', 'onProgress'] as const satisfies readonly (keyof SessionOptions)[];

export interface QuantizeOptions extends SessionOptions {
  /** Whether the report tells errors and histograms of weights, for which each is decoded; default `true`. */
  readonly measure?: boolean;
}

/** Names of {@link QuantizeOptions}. */
export const quantizeOptions = [
  ...sessionOptions,
  'measure',
] as const satisfies readonly (keyof QuantizeOptions)[];
