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

/** What runs a checked layer: in TypeScript or in WebAssembly. */
export interface Engine {
  pack(layer: CheckedLayer): PackedLayer;
}

/** Addresses of float32 values in the memory of an engine; `addend` is 0 where nothing is added. */
export interface PlacedBatch {
  readonly values: number;
  readonly addend: number;
  readonly output: number;
}

/** A layer with its weights in the form in which they are multiplied. */
export interface PackedLayer {
  readonly bytes: number;
  /** `values` has at least one value, and so has the output. */
  run(values: Float32Array, geometry: Geometry, addend: Float32Array | undefined): Float32Array;
  /** The same within the memory of the engine, where it has one. */
  readonly runAt?: (batch: PlacedBatch, geometry: Geometry) => void;
  dispose(): void;
}
