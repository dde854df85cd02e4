import { checkOptions } from '@lowbit/core/adapter';
import { channelNumbers } from '../input/check-options.js';
import { listed, type ImageOptions } from '../input/options.js';

/** Pixels are bytes, which are scaled to 0 … 1 before the mean is subtracted. */
const brightest = 255;

/** Mean and deviation that do on pixels of 0 to 1 what those given would do on pixels of 0 to 255. */
export interface UnitScale {
  /** Which of those given is for pixels of 0 to 255. */
  readonly wrong: 'mean' | 'deviation';
  readonly mean?: readonly number[];
  readonly deviation?: readonly number[];
}

/**
 * Tells of a mean and a deviation that are meant for pixels of 0 to 255, as many recipes have them: on our scale a number beyond 1
 * would move every picture far away from what the model knows. `undefined` where they are for pixels of 0 to 1.
 *
 * @throws LowbitError `unsupported-option`, or `invalid-argument` for what are no numbers.
 */
export function unitScale(image: Pick<ImageOptions, 'mean' | 'deviation'>): UnitScale | undefined {
  checkOptions(image, { mean: channelNumbers, deviation: channelNumbers }, 'unitScale');
  const [mean, deviation] = [image.mean, image.deviation].map((one) =>
    one === undefined ? one : listed(one),
  );
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
