import { limits } from '../limits.js';
import { invalid } from '../problems.js';

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
