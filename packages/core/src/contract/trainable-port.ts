import type { Options } from './options.js';
import type { Quantizer } from './quantizer.js';
import type { Scheme, Slicing } from '../scheme/types.js';
import type { Batch } from './model-run.js';
import type { FittedSite } from './model-writer.js';
import type { ModelPort } from './port.js';

/** Values of one weight that may not move. */
export interface HeldValues {
  /** Row-major, as the weight's `read` gives them. */
  readonly values: Float32Array;
  /** 1 where the value is held, bit for bit. */
  readonly mask: Uint8Array;
}

/** A weight that is fake-quantized while the network trains. */
export interface SimulatedWeight {
  readonly id: string;
  readonly bits: number;
  readonly quantizer: Quantizer;
  readonly options: Options;
  /** As the weight is described: what the slicing refers to. */
  readonly shape: readonly number[];
  readonly slicing: Slicing;
  /** Fits the quantizer to values of the weight, row-major. Throws `plugin-failed` with its name, `non-finite`. */
  schemeOf(values: Float32Array): Scheme;
}

/**
 * A model that the user trains in the same process. Between `layers()` and {@link TrainablePort.release} the user's own
 * model is changed; a weight's `read` gives its current values, those that the optimizer moves.
 */
export interface TrainablePort<M> extends ModelPort<M> {
  /** Writes held values into the weight, and puts them back after every update of it. Replaces an earlier hold. */
  hold(id: string, held: HeldValues): void;
  /**
   * From now on the forward pass uses the quantized values of these weights and no others, and the gradient reaches the
   * latent ones by the quantizer's `backward`. Replaces earlier calls.
   */
  simulate(weights: readonly SimulatedWeight[]): void;
  /** Inserts activation quantizers at these sites of the running model. Called at most once. */
  substitute(sites: ReadonlyMap<string, FittedSite>): void | Promise<void>;
  /** Every variable of the model by name: weights, biases, statistics of batch normalization. Copies. */
  variables(): ReadonlyMap<string, Float32Array> | Promise<ReadonlyMap<string, Float32Array>>;
  /** Sets variables to values that `variables` gave. */
  assign(values: ReadonlyMap<string, Float32Array>): void;
  /**
   * Mean loss over labelled batches, all outputs together, with some weights replaced for the time (row-major, by id). Absent when the model has no
   * loss function.
   */
  loss?(batches: readonly Batch[], replaced: ReadonlyMap<string, Float32Array>): Promise<number>;
  /** Estimates the statistics of batch normalization anew from the batches. Absent when the model has none. */
  updateNormalization?(batches: readonly Batch[]): Promise<void>;
  /** Takes out everything that `hold`, `simulate` and `substitute` put in; the values stay as they are. */
  release(): void;
}
