/**
 * Weights of whole numbers, output channels last. A real weight is scale · value + shift, with the scale and shift of its
 * output channel.
 */
export interface IntegerWeights {
  /**
   * `[inputs, outputs]` of a dense layer; `[height, width, inputs, outputs]` of a convolution; of a depthwise one
   * `[height, width, inputs, outputs of each input]`.
   */
  readonly shape: readonly number[];
  /** Row-major: −128 to 127 at 8 bits, −8 to 7 at 4, −1, 0 and 1 at 2, −1 and 1 at 1. */
  readonly values: Int8Array;
  /** Bits that each takes in memory while the layer runs. With 2, inputs are signs, and the layer is dense. */
  readonly bits: 1 | 2 | 4 | 8;
  /** One, or one for each output channel. */
  readonly scales: ArrayLike<number>;
  /** The same; 0 where left out. Not for weights of 1 or 2 bits. */
  readonly shifts?: ArrayLike<number>;
  /** A codebook for weights of 4 bits: what −8, −7 … 7 stand for, sixteen integers from −128 to 127. Themselves where left out. */
  readonly levels?: ArrayLike<number>;
}

/** What is done to each output before it is written, in this order. */
export interface Epilogue {
  /** Added: one for each output channel. */
  readonly bias?: ArrayLike<number>;
  /** What values below 0 are multiplied by: one number, or one for each output channel. */
  readonly slopes?: ArrayLike<number>;
  /** Limits of the result: 0 and infinity are ReLU, 0 and 6 are ReLU6. */
  readonly lowest?: number;
  readonly highest?: number;
}

/** Inputs of 8 bits: each row or sample is divided by its largest magnitude. With weights of 1, 4 or 8 bits. */
export interface DynamicInputs {
  readonly kind: 'dynamic';
}

/**
 * Inputs on a grid that is given: step · code, where the code is value / step, rounded to the nearest integer (ties to the even one) and held
 * between `lowest` and `highest`. With weights of 1, 4 or 8 bits. A row or sample with NaN in it gives NaN.
 */
export interface StepInputs {
  readonly kind: 'steps';
  /** From 2^-100 to 2^100. */
  readonly step: number;
  /** Integers: `lowest` from −255 to 0, `highest` from 0 to 255, at most 255 apart. In depthwise convolutions, of 16 bits. */
  readonly lowest: number;
  readonly highest: number;
}

/** Inputs of 1 bit, for weights of 1 or 2: scale · 1 where a value is at least 0 (−0 too), otherwise scale · −1; NaN counts as negative. */
export interface SignInputs {
  readonly kind: 'signs';
  /** One number, 1 where left out, or the mean magnitude of the row or sample. */
  readonly scale?: number | 'mean';
  /**
   * With 2, and `mean`, what the signs leave over is added as signs with a mean of its own: value ≈ β₁ · sign(value) + β₂ · sign(value − β₁ ·
   * sign(value)), the second order of HORQ. 1 where left out.
   */
  readonly order?: 1 | 2;
  /**
   * What the mean of a convolution is of: a sample, where left out, or each patch, which is what a window sees. Padding is part of a
   * patch: zeros there have signs as others do.
   */
  readonly scope?: 'samples' | 'patches';
}

/** Inputs of 2 bits, for weights of 1: scale · code, where the code says how many of the thresholds a value reaches. NaN reaches none. */
export interface CodeInputs {
  readonly kind: 'codes';
  readonly thresholds: readonly [number, number, number];
  readonly scale: number;
}

export type LayerInputs = DynamicInputs | StepInputs | SignInputs | CodeInputs;

/** Zeros around pictures: as TensorFlow has it, or how many rows above and below, and columns to the left and right. */
export type Padding =
  | 'same'
  | 'valid'
  | readonly [readonly [top: number, bottom: number], readonly [left: number, right: number]];

/** A product of rows with a matrix: `[rows, inputs]` in, `[rows, outputs]` out. Each row has a scale of its own. */
export interface DenseLayer extends Epilogue {
  readonly weights: IntegerWeights;
  /** `dynamic` where left out. */
  readonly inputs?: LayerInputs;
}

/**
 * A convolution of `[batch, height, width, channels]`. Each sample of the batch has a scale of its own. Padding counts as the
 * value 0, for signs too, and, as in TensorFlow, `same` puts the odd row below and the odd column to the right.
 */
export interface Conv2dLayer extends Epilogue {
  readonly weights: IntegerWeights;
  /** `dynamic` where left out. */
  readonly inputs?: LayerInputs;
  /** Vertical and horizontal; 1 where left out. */
  readonly strides?: readonly [number, number];
  readonly dilations?: readonly [number, number];
  /** `valid` where left out. */
  readonly padding?: Padding;
}

/** A convolution of each channel on its own, with weights of 8 bits; everything else as of `Conv2dLayer`. */
export interface DepthwiseConv2dLayer extends Epilogue {
  readonly weights: IntegerWeights;
  /** `dynamic` where left out. */
  readonly inputs?: DynamicInputs | StepInputs;
  readonly strides?: readonly [number, number];
  readonly dilations?: readonly [number, number];
  readonly padding?: Padding;
}

/** A layer of a sequence. */
export type SequenceLayer =
  { readonly conv2d: Conv2dLayer } | { readonly depthwiseConv2d: DepthwiseConv2dLayer };

/** A layer, or a sequence of them, with its weights packed, ready to run. */
export interface Operation {
  /** Bytes that it holds until it is disposed, weights and constants of channels together. */
  readonly bytes: number;
  /** The same of each layer. */
  readonly bytesOfLayers: readonly number[];
  /** The shape of the output for an input of this shape. */
  outputShape(inputShape: readonly number[]): number[];
  /**
   * Computes the layer: inputs become integers, sums are exact, and floats come out. Dynamic inputs go from −127 to 127; a row or
   * sample with NaN or an infinity in it gives NaN, and one whose largest magnitude is below 2^-100 counts as zeros.
   *
   * @param values Row-major, of the shape given.
   * @param addend Of the shape of the output: added after the bias (a residual connection).
   */
  run(values: Float32Array, shape: readonly number[], addend?: Float32Array): Float32Array;
  /** Gives the memory back; after it the operation does not run any more. */
  dispose(): void;
}
