import { isLowbitError } from '@lowbit/core';
import { limits } from '../limits.js';
import { givenWords, invalid } from '../problems.js';

/** A decoded picture: rows from the top, three bytes a pixel, red first. */
export interface Pixels {
  readonly width: number;
  readonly height: number;
  readonly data: Uint8Array;
}

/** @throws LowbitError `calibration-invalid` for a picture without pixels or with too many. */
export function checkPixelCount(width: number, height: number, where: string): void {
  const pixels = width * height;
  if (pixels > 0 && pixels <= limits.imagePixels) return;
  throw invalid(where, {
    expected: `a picture of 1 to ${limits.imagePixels} pixels`,
    received: `${width} × ${height}`,
    remedy: 'Scale the picture down first.',
  });
}

/**
 * What a decoder of the user makes of a picture.
 *
 * @throws LowbitError `calibration-invalid` with the file, when it throws or gives no pixels; one that it throws itself.
 */
export async function checkedPixels(decode: () => Promise<Pixels>, where: string): Promise<Pixels> {
  const pixels: unknown = await Promise.resolve()
    .then(decode)
    .catch((error: unknown) => {
      if (isLowbitError(error)) throw error;
      const received = error instanceof Error ? error.message : String(error);
      throw invalid(where, { expected: 'a picture that decode takes', received }, error);
    });
  const { width, height, data } = (pixels ?? {}) as Partial<Pixels>;
  const expected = '{ width, height, data } from decode, with the bytes of red, green and blue of each pixel';
  if (!(width && height && data)) throw invalid(where, { expected, received: givenWords(pixels) });
  if (data.length === 3 * width * height) return { width, height, data };
  throw invalid(where, { expected, received: `${data.length} bytes for ${width}×${height} pixels` });
}
