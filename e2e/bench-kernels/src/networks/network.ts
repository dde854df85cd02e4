import type { Recipe } from '@lowbit/core';
import type { CompileOptions } from '@lowbit/tfjs';
import type { LayersModel } from '@tensorflow/tfjs-layers';

/** A network that is timed in TensorFlow.js and compiled. */
export interface Network {
  readonly name: string;
  /** Of one picture. */
  readonly shape: readonly number[];
  readonly variants: readonly NetworkVariant[];
  load(): LayersModel | Promise<LayersModel>;
  /** The pictures of which classes are compared. */
  pictures(): Iterable<Float32Array>;
}

/** How a network is quantized and compiled, and how many times as fast it is to be. */
export interface NetworkVariant {
  readonly name: string;
  readonly recipe: Recipe;
  readonly options: CompileOptions;
  readonly goal?: number;
  readonly least?: number;
}
