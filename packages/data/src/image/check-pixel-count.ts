import { invalid } from '../invalid.js';
import { limits } from '../limits.js';

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
