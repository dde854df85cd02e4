import type { Geometry, Windows } from '../layer/geometry.js';
import type { Call } from './call-block.js';
import { quadsOfPixel } from './pack-panels.js';

/** How a batch lies in memory once it is quantized. Sizes are in bytes. */
export interface MemoryLayout {
  /** Rows of the product: one for each window. */
  readonly rows: number;
  /** Groups of four inputs of a window. */
  readonly quads: number;
  readonly pixelBytes: number;
  /** Of a row of pixels, with the border. */
  readonly lineBytes: number;
  readonly batchBytes: number;
  /** Groups of four of each run of neighbouring inputs, and how far each run begins from where the window does. */
  readonly run: number;
  readonly skips: Int32Array;
  /** What a call says of all that. */
  readonly call: Call;
}

/** @param inputBytes Of one quantized input. */
export function memoryLayout(windows: Windows, geometry: Geometry, inputBytes: number): MemoryLayout {
  const { window, channels, dilations, strides, outputs } = windows;
  const { samples, height, width, outHeight, outWidth, top, left, bordered, reached } = geometry;
  const ofPixel = quadsOfPixel(channels);
  const pixelBytes = ofPixel * 4 * inputBytes;
  const lineBytes = bordered[1] * pixelBytes;
  // Neighbouring pixels of a line are one run.
  const isWhole = dilations[1] === 1 || window[1] === 1;
  const columns = isWhole ? 1 : window[1];
  const skip = (at: number) =>
    Math.floor(at / columns) * dilations[0] * lineBytes + (at % columns) * dilations[1] * pixelBytes;
  const rows = samples * outHeight * outWidth;
  return {
    rows,
    quads: window[0] * window[1] * ofPixel,
    pixelBytes,
    lineBytes,
    batchBytes: samples * bordered[0] * lineBytes,
    run: isWhole ? window[1] * ofPixel : ofPixel,
    skips: Int32Array.from({ length: window[0] * columns }, (_, at) => skip(at)),
    call: {
      ...{ samples, height, width, channels, top, left, outHeight, outWidth, rows, columns: outputs },
      ...{ reachedHeight: reached[0], reachedWidth: reached[1] },
      ...{ borderedHeight: bordered[0], borderedWidth: bordered[1], pixelBytes },
      ...{ verticalStep: strides[0] * lineBytes, horizontalStep: strides[1] * pixelBytes },
    },
  };
}
