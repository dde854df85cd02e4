import type { CalibrationOptions } from './calibration-options.js';
import { usageError } from './usage-error.js';

/** Pixels are bytes, which are scaled to 0 … 1 before the mean is subtracted. */
const brightest = 255;

type PixelOptions = Pick<CalibrationOptions, 'imageMean' | 'imageDeviation'>;

/**
 * Checks that mean and deviation are meant for pixels of 0 to 1: beyond 1 they are for pixels of 0 to 255, as many
 * recipes have them, and would move every picture far away from what the model knows.
 *
 * @throws UsageError with the options that do the same on our scale.
 */
export function checkPixelScale({ imageMean, imageDeviation }: PixelOptions): void {
  const [meanIsOfBytes, deviationIsOfBytes] = [isOfBytes(imageMean), isOfBytes(imageDeviation)];
  if (!meanIsOfBytes && !deviationIsOfBytes) return;
  // A mean of bytes alone leaves pixels on their scale, so that 1 is meant where no deviation is given.
  const deviation = imageDeviation ?? (meanIsOfBytes ? [1] : []);
  const isDividedToo = deviationIsOfBytes || deviation.every((value) => Math.abs(value) === 1);
  throw usageError({
    where: meanIsOfBytes ? '--image-mean' : '--image-deviation',
    expected: 'numbers for pixels of 0 to 1',
    received: `${((meanIsOfBytes ? imageMean : imageDeviation) ?? []).join(',')}, which is for pixels of 0 to 255`,
    remedy: `Write ${[
      ...option('--image-mean', imageMean ?? [], meanIsOfBytes),
      ...option('--image-deviation', deviation, isDividedToo),
    ].join(' ')}.`,
  });
}

function isOfBytes(values: readonly number[] | undefined): boolean {
  return values?.some((value) => Math.abs(value) > 1) ?? false;
}

function option(name: string, values: readonly number[], isOfByteScale: boolean): readonly string[] {
  if (values.length === 0) return [];
  const scaled = values.map((value) => (isOfByteScale ? Number((value / brightest).toPrecision(6)) : value));
  return [`${name} ${scaled.join(',')}`];
}
