import type { ModelPort } from '@lowbit/core';
import type { SaveReport } from '@lowbit/tfjs';
import type { Tensor } from '@tensorflow/tfjs-core';

/** What a model is given at once: one tensor for each of its inputs, by place. */
export interface Call {
  readonly inputs: readonly { readonly shape: readonly number[]; readonly data: Float32Array }[];
  /** The right class of each sample, where it is known. */
  readonly labels?: readonly number[];
}

/** A model that runs. */
export interface Running {
  /** Probabilities or scores `[samples, classes]`. */
  predict(inputs: Tensor[]): Tensor;
  close(): void;
}

/** How weights are held in memory. */
export type InMemory = 'float' | 'packed';

/** A TensorFlow.js model with its inputs, and how it is quantized, saved and loaded. */
export interface TfjsSubject<Model = unknown> {
  readonly name: string;
  /** Whether its loader can leave weights packed in memory. */
  readonly staysPacked: boolean;
  load(): Promise<Model>;
  calls(): readonly Call[];
  port(model: Model): ModelPort<Model>;
  /** Saves in packed form; weights that are not quantized as they are. */
  save(model: Model, folder: string): Promise<SaveReport>;
  open(folder: string, inMemory: InMemory): Promise<Running>;
  release(model: Model): void;
}
