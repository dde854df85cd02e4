/** The output of one layer for every sample, as in a `FeatureSet`. */
export interface LayerFeatures {
  /** Channels of the layer. */
  readonly dimensions: number;
  /** `[samples, dimensions]`, row-major. */
  readonly values: Float32Array;
}
