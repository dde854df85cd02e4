import { undecodable } from '../problems.js';
import { limits } from '../limits.js';
import { checkJpeg } from './check-jpeg.js';
import type { Pixels } from './pixels.js';

/**
 * Decodes a JPEG file; CMYK becomes RGB, an orientation in its EXIF data is not applied. Colour that was
 * stored at half size is doubled without smoothing.
 *
 * @throws LowbitError `calibration-invalid`.
 */
export async function decodeJpeg(bytes: Uint8Array, where: string): Promise<Pixels> {
  checkJpeg(bytes, where);
  const { default: jpeg } = await import('jpeg-js');
  try {
    const { width, height, data } = jpeg.decode(bytes, {
      useTArray: true,
      formatAsRGBA: false,
      maxResolutionInMP: limits.imagePixels / 1e6,
      maxMemoryUsageInMB: limits.jpegMemory,
    });
    return { width, height, data };
  } catch (error) {
    throw undecodable('JPEG', where, error);
  }
}
