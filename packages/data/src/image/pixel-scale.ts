import { checkOptions, type OptionType } from '@lowbit/core/adapter';
import type { ImageOptions } from '../input/options.js';

const numbers: OptionType = {
  expected: 'a list of numbers',
  fits: (value) => Array.isArray(value) && value.every((one) => typeof one === 'number'),
};

/** Pixels are bytes, which are scaled to 0 … 1 before the mean is subtracted. */
const brightest = 255;

/** Mean and deviation that do on pixels of 0 to 1 what those given would do on pixels of 0 to 255. */
export interface UnitScale extends Pick<ImageOptions, 'mean' | 'deviation'> {
  /** Which of those given is for pixels of 0 to 255. */
  readonly wrong: 'mean' | 'deviation';
}

/**
 * Tells of a mean and a deviation that are meant for pixels of 0 to 255, as many recipes have them: on our scale a number beyond 1
 * would move every picture far away from what the model knows. `undefined` where they are for pixels of 0 to 1.
 *
 * @throws LowbitError `unsupported-option`, or `invalid-argument` for what is no list of numbers.
 */
export function unitScale(image: Pick<ImageOptions, 'mean' | 'deviation'>): UnitScale | undefined {
  checkOptions(image, { mean: numbers, deviation: numbers }, 'unitScale');
  const { mean, deviation } = image;
  const [meanIsOfBytes, deviationIsOfBytes] = [isOfBytes(mean), isOfBytes(deviation)];
  if (!meanIsOfBytes && !deviationIsOfBytes) return undefined;
  // A mean of bytes alone leaves pixels on their scale, so that 1 is meant where no deviation is given.
  const divisor = deviation ?? (meanIsOfBytes ? [1] : undefined);
  const isDividedToo = deviationIsOfBytes || divisor?.every((value) => Math.abs(value) === 1);
  return {
    wrong: meanIsOfBytes ? 'mean' : 'deviation',
    ...(mean && { mean: meanIsOfBytes ? divided(mean) : mean }),
    ...(divisor && { deviation: isDividedToo ? divided(divisor) : divisor }),
  };
}

function isOfBytes(values: readonly number[] | undefined): boolean {
  return values?.some((value) => Math.abs(value) > 1) ?? false;
}

function divided(values: readonly number[]): readonly number[] {
  return values.map((value) => Number((value / brightest).toPrecision(6)));
}
