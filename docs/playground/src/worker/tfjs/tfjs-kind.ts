import type { ModelPort } from '@lowbit/core';
import type { SaveOptions, SaveReport, StorageForm } from '@lowbit/tfjs';
import type { io, Tensor } from '@tensorflow/tfjs-core';
import type { ModelValue } from 'lowbit/browser';

/** A layers model or a graph model, opened: `M` is what its port makes. */
export interface TfjsKind<M> {
  /** For people: `layers model`, `graph model`. */
  readonly title: string;
  readonly original: M;
  /** The port of the original that plans for a form. */
  port(form: StorageForm): ModelPort<M>;
  readonly inputs: readonly ModelValue[];
  readonly outputs: readonly ModelValue[];
  /** Values of all weights. */
  readonly parameters: number;
  start(model: M): Promise<RunningModel>;
  save(model: M, handler: io.IOHandler, options: SaveOptions): Promise<SaveReport>;
  dispose(model: M): void;
}

/** A model that computes. */
export interface RunningModel {
  /** Gives all outputs in order; the caller disposes them. */
  predict(inputs: Readonly<Record<string, Tensor>>): Promise<readonly Tensor[]>;
  dispose(): void;
}
