import { unitScale } from '@lowbit/data';

import type { CalibrationOptions } from './calibration-options.js';
import { usageError } from './usage-error.js';

type PixelOptions = Pick<CalibrationOptions, 'imageMean' | 'imageDeviation'>;

/**
 * Checks that mean and deviation are meant for pixels of 0 to 1.
 *
 * @throws UsageError with the options that do the same on our scale.
 */
export function checkPixelScale({ imageMean, imageDeviation }: PixelOptions): void {
  const meant = unitScale({
    ...(imageMean && { mean: imageMean }),
    ...(imageDeviation && { deviation: imageDeviation }),
  });
  if (meant === undefined) return;
  const { wrong, mean, deviation } = meant;
  const given = wrong === 'mean' ? imageMean : imageDeviation;
  throw usageError({
    where: `--image-${wrong}`,
    expected: 'numbers for pixels of 0 to 1',
    received: `${given?.join(',')}, which is for pixels of 0 to 255`,
    remedy: `Write ${[...option('--image-mean', mean), ...option('--image-deviation', deviation)].join(' ')}.`,
  });
}

function option(name: string, values: readonly number[] = []): readonly string[] {
  return values.length === 0 ? [] : [`${name} ${values.join(',')}`];
}
