import type { Geometry, Windows } from '../layer/geometry.js';
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
}

/** @param inputBytes Of one quantized input. */
export function memoryLayout(windows: Windows, geometry: Geometry, inputBytes: number): MemoryLayout {
  const { window, channels, dilations } = windows;
  const { samples, outHeight, outWidth, bordered } = geometry;
  const [height, width] = window;
  const ofPixel = quadsOfPixel(channels);
  const pixelBytes = ofPixel * 4 * inputBytes;
  const lineBytes = bordered[1] * pixelBytes;
  // Neighbouring pixels of a line are one run.
  const isWhole = dilations[1] === 1 || width === 1;
  const columns = isWhole ? 1 : width;
  const skip = (at: number) =>
    Math.floor(at / columns) * dilations[0] * lineBytes + (at % columns) * dilations[1] * pixelBytes;
  return {
    rows: samples * outHeight * outWidth,
    quads: height * width * ofPixel,
    pixelBytes,
    lineBytes,
    batchBytes: samples * bordered[0] * lineBytes,
    run: isWhole ? width * ofPixel : ofPixel,
    skips: Int32Array.from({ length: height * columns }, (_, at) => skip(at)),
  };
}
