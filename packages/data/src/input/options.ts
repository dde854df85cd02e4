import type { CancelSignal } from '@lowbit/core';

/** One input of the model that is calibrated. */
export interface CalibrationInput {
  readonly name: string;
  /** Element type as ONNX names it in lower case: `float32`, `float16`, `int64`, `uint8`, `bool` … */
  readonly type: string;
  /** Sizes of the axes; a symbolic axis is its name, or any number that is not positive. */
  readonly shape: readonly (number | string)[];
  /** The layer or node of the model that brings pixels of 0 to 255 into its own range: pictures are given as they are, unless `image` says how. */
  readonly scaledBy?: string;
}

/** How a picture becomes numbers. Everything has a default or is inferred from the input's shape. */
export interface ImageOptions {
  /** Height and width in pixels; needed when the model leaves them open. */
  readonly size?: readonly [height: number, width: number];
  /** Default: where the input's shape has 1 or 3. */
  readonly layout?: 'nchw' | 'nhwc';
  /** Subtracted after scaling: one number for all channels, or one a channel in the order of `channels`. Default 0. */
  readonly mean?: number | readonly number[];
  /** The standard deviation, which divides after the mean is subtracted: as `mean`. Default 1. */
  readonly deviation?: number | readonly number[];
  /** Multiplies pixels, which are 0 to 255. Default 1/255; for an input of integers always 1, and for one that the model scales itself (`scaledBy`) 1 where neither `mean` nor `deviation` is given. */
  readonly scale?: number;
  /** Default `rgb`. */
  readonly channels?: 'rgb' | 'bgr';
  /**
   * `stretch` (default) ignores the aspect ratio; `fit-pad` keeps it and centres the picture on black;
   * `crop` keeps it and cuts what stands out on both sides.
   */
  readonly resize?: 'stretch' | 'fit-pad' | 'crop';
}

/** What is read and in which form. */
export interface ReadOptions {
  /** The inputs that each batch must give, without initializers. */
  readonly inputs: readonly CalibrationInput[];
  readonly image?: ImageOptions;
  /** Most samples that are read; default: all. */
  readonly limit?: number;
  /** Samples a batch, for inputs whose first axis is symbolic; default 1. */
  readonly batchSize?: number;
  /** Told, in a sentence, about everything that is left out or reused. */
  readonly onNote?: (note: string) => void;
  readonly signal?: CancelSignal;
}

/** The numbers of an option that is one for all channels, or a list. */
export function listed(given: number | readonly number[]): readonly number[] {
  return typeof given === 'number' ? [given] : given;
}

/** Whether an axis has a fixed size. */
export function isFixed(axis: number | string | undefined): axis is number {
  return typeof axis === 'number' && axis > 0;
}
