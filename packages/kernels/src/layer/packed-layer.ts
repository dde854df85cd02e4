import type { ChannelConstants } from './constants.js';
import type { Geometry, Windows } from './geometry.js';
import type { IntegerWeights, LayerInputs } from './layer.js';

/** A layer whose arguments are checked. */
export interface CheckedLayer {
  readonly weights: IntegerWeights;
  readonly inputs: LayerInputs;
  readonly windows: Windows;
  readonly constants: ChannelConstants;
}

/** What runs checked layers: in TypeScript or in WebAssembly. */
export interface Engine {
  /** @param layers One, or several, each of which takes what the one before it gives. */
  pack(layers: readonly CheckedLayer[]): PackedLayer;
}

/** Addresses of float32 values in the memory of an engine; `addend` is 0 where nothing is added. */
export interface PlacedBatch {
  readonly values: number;
  readonly addend: number;
  readonly output: number;
}

/** Layers with their weights in the form in which they are multiplied. */
export interface PackedLayer {
  /** That each layer holds. */
  readonly bytes: readonly number[];
  /** The output has at least one value. There is a geometry for each layer; what is added is so in the last. */
  run(values: Float32Array, geometries: readonly Geometry[], addend: Float32Array | undefined): Float32Array;
  /** The same within the memory of the engine, where it has one. */
  readonly runAt?: (batch: PlacedBatch, geometries: readonly Geometry[]) => void;
  dispose(): void;
}
