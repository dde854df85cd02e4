import type { Batch, ModelPort } from '@lowbit/core';
import type { TrainablePort } from '@lowbit/core/method';

/** A port on a model that can be trained, and what trains it. */
export interface TrainedModel<M> {
  readonly port: TrainablePort<M>;
  /** Moves every value of every weight that is free to move. */
  readonly train: () => void | Promise<void>;
}

/** How to make and look at the models of a port. */
export interface PortLawOptions<M> {
  /** Stands before each title, to tell several models apart. */
  readonly name?: string;
  /** A fresh port on the same model each time: at least two weights, each of at least two output channels. */
  readonly make: () => ModelPort<M> | Promise<ModelPort<M>>;
  /**
   * The weights of a written model by id, as its runtime sees them, quantized or not. Without it, what the
   * port writes is judged by its notes alone.
   */
  readonly decodeResult?: (
    model: M,
  ) => ReadonlyMap<string, ArrayLike<number>> | Promise<ReadonlyMap<string, ArrayLike<number>>>;
  /** The written model as plain data (bytes, JSON), to compare two results. */
  readonly fingerprint?: (model: M) => unknown;
  /**
   * What the model is run on, for ports that can: outputs depend on every weight. Without it, running is not judged, and without
   * labels features are not.
   */
  readonly makeBatches?: () => readonly Batch[];
  /**
   * A fresh model that can be trained, each time, compiled where it has a loss; runs as `makeBatches` says, with labels for the loss.
   * Without it, members of the trainable port are not judged.
   */
  readonly makeTrainable?: () => TrainedModel<M> | Promise<TrainedModel<M>>;
  /**
   * How much more all weights together may be said to cost than is written, as a part of that. Default 0.05; more for forms of which
   * values alone decide between two sizes.
   */
  readonly costSlack?: number;
  /** A port on a model of which one weight that can be quantized holds a NaN or an infinity. */
  readonly makeNonFinite?: () => ModelPort<M> | Promise<ModelPort<M>>;
}
