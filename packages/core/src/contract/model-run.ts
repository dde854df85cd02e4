import type { SessionOptions } from './events.js';

/** Values that came out of a running model. */
export interface RunTensor {
  readonly shape: readonly number[];
  /** Row-major; copies. */
  readonly data: Float32Array;
}

/** What one batch gave, by name: the model's outputs, and the tensors that were wanted. */
export type RunOutputs = Readonly<Record<string, RunTensor>>;

/** How a port runs its model. */
export interface RunOptions extends SessionOptions {
  /**
   * Values that some weights have in this run in place of their own: row-major as `read` gives them, by id. Nothing is built
   * anew for each: further runs that replace the same weights, by whatever values, begin at once. The model is not changed.
   */
  readonly replace?: ReadonlyMap<string, Float32Array>;
  /** Names of tensors inside the model, for instance those of its sites, whose values are given beside the outputs. */
  readonly want?: readonly string[];
}
