import type { ImageOptions } from '../input/options.js';
import type { Box } from './resample.js';

/** Which part of a picture is scaled, and where it comes to lie in the result. */
export interface Fit {
  readonly box: Box;
  /** Size of the scaled part and its place, in pixels of the result. */
  readonly width: number;
  readonly height: number;
  readonly left: number;
  readonly top: number;
}

interface Size {
  readonly width: number;
  readonly height: number;
}

/** How a picture fills a result of another size. */
export function fit(mode: NonNullable<ImageOptions['resize']>, picture: Size, result: Size): Fit {
  const whole = { left: 0, top: 0, ...sizeOnly(picture) };
  const filled = { left: 0, top: 0, ...sizeOnly(result) };
  if (mode === 'stretch') return { box: whole, ...filled };
  const ratios = [result.width / picture.width, result.height / picture.height] as const;
  if (mode === 'crop') {
    const ratio = Math.max(...ratios);
    const width = result.width / ratio;
    const height = result.height / ratio;
    const box = { left: (picture.width - width) / 2, top: (picture.height - height) / 2, width, height };
    return { box, ...filled };
  }
  const ratio = Math.min(...ratios);
  const width = Math.max(1, Math.round(picture.width * ratio));
  const height = Math.max(1, Math.round(picture.height * ratio));
  const left = Math.floor((result.width - width) / 2);
  const top = Math.floor((result.height - height) / 2);
  return { box: whole, width, height, left, top };
}

function sizeOnly({ width, height }: Size): Size {
  return { width, height };
}
