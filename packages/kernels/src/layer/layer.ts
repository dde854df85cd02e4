/**
 * Weights of whole numbers, output channels last. A real weight is scale · value + shift, with the scale and shift of its
 * output channel.
 */
export interface IntegerWeights {
  /** `[inputs, outputs]` of a dense layer; `[height, width, inputs, outputs]` of a convolution. */
  readonly shape: readonly number[];
  /** Row-major: −128 to 127 at 8 bits, −8 to 7 at 4. */
  readonly values: Int8Array;
  /** Bits that each takes in memory while the layer runs. */
  readonly bits: 4 | 8;
  /** One, or one for each output channel. */
  readonly scales: ArrayLike<number>;
  /** The same; 0 where left out. */
  readonly shifts?: ArrayLike<number>;
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

/** A product of rows with a matrix: `[rows, inputs]` in, `[rows, outputs]` out. Each row has a scale of its own. */
export interface DenseLayer extends Epilogue {
  readonly weights: IntegerWeights;
}

/**
 * A convolution of `[batch, height, width, channels]`. Each sample of the batch has a scale of its own. Padding counts as the
 * value 0 and, as in TensorFlow, `same` puts the odd row below and the odd column to the right.
 */
export interface Conv2dLayer extends Epilogue {
  readonly weights: IntegerWeights;
  /** Vertical and horizontal; 1 where left out. */
  readonly strides?: readonly [number, number];
  readonly dilations?: readonly [number, number];
  /** `valid` where left out. */
  readonly padding?: 'same' | 'valid';
}

/** A layer with its weights packed, ready to run. */
export interface Operation {
  /** Bytes that it holds until it is disposed, weights and constants of channels together. */
  readonly bytes: number;
  /** The shape of the output for an input of this shape. */
  outputShape(inputShape: readonly number[]): number[];
  /**
   * Computes the layer: each row or sample becomes integers from −127 to 127 by its largest magnitude, sums are exact, and floats
   * come out. A row or sample with NaN or an infinity in it gives NaN; one whose largest magnitude is below 2^-100 counts as zeros.
   *
   * @param values Row-major, of the shape given.
   * @param addend Of the shape of the output: added after the bias (a residual connection).
   */
  run(values: Float32Array, shape: readonly number[], addend?: Float32Array): Float32Array;
  /** Gives the memory back; after it the operation does not run any more. */
  dispose(): void;
}
