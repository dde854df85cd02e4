import type { SessionOptions } from './events.js';

/** Values of any shape, row-major; the first axis counts the samples. */
export interface LabelValues {
  readonly shape: readonly number[];
  readonly data: ArrayLike<number>;
}

/** A batch of named inputs; names are those of the model's inputs. */
export interface Batch {
  readonly inputs: Readonly<
    Record<string, { readonly shape: readonly number[]; readonly data: ArrayLike<number> }>
  >;
  /**
   * What the model should give: a class or a number for each sample; values of an output's shape, or of its shape without the last axis,
   * which are classes (segmentation); or one of these by the names of outputs. Batches that are used together have labels all, or none.
   */
  readonly labels?:
    ArrayLike<number> | LabelValues | Readonly<Record<string, ArrayLike<number> | LabelValues>>;
}

/** What to look at while the model runs. */
export interface ObserveOptions extends SessionOptions {
  /** Ids of the sites; default: all of them. */
  readonly sites?: readonly string[];
  /**
   * `all` (default): everything that {@link SiteStatistics} has. `ranges`: what {@link RangeStatistics} has, which is
   * faster and enough for quantizers that declare `needs: 'ranges'`; others then fail with `calibration-missing`.
   */
  readonly statistics?: 'ranges' | 'all';
  /** Values kept of each site; default 4096. */
  readonly sampleSize?: number;
  /** Default 0. */
  readonly seed?: number;
}

/** Values that came out of a running model. */
export interface RunTensor {
  readonly shape: readonly number[];
  /** Row-major; copies. */
  readonly data: Float32Array;
  /** Its values are whole numbers, or truth values, by their type: how far they are off in decibels says little. */
  readonly isInteger?: true;
  /** Its values stand for texts: whole numbers that are equal where texts are. */
  readonly isText?: true;
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
