import { expect, it } from 'vitest';

import { checkPixelScale } from './check-pixel-scale.js';

const mean = [0.485, 0.456, 0.406];
const deviation = [0.229, 0.224, 0.225];
const times255 = (values: readonly number[]) => values.map((value) => 255 * value);
const inBytes = { imageMean: times255(mean), imageDeviation: times255(deviation) };

it.each([
  ['both', inBytes, mean, deviation],
  ['the mean, deviations being of 0 to 1', { ...inBytes, imageDeviation: deviation }, mean, deviation],
  ['the mean alone, which leaves pixels as they are', { imageMean: [127.5] }, [0.5], [0.00392157]],
  ['the mean, with a deviation of 1', { imageMean: [127.5], imageDeviation: [1] }, [0.5], [0.00392157]],
  ['the deviation', { imageMean: [0.5], imageDeviation: [127.5] }, [0.5], [0.5]],
  ['the deviation alone', { imageDeviation: [255] }, [], [1]],
])(
  '%s on the scale of 0 to 255 is refused with what does the same',
  (_, options, imageMean, imageDeviation) => {
    const words = [
      ...(imageMean.length === 0 ? [] : [`--image-mean ${imageMean.join(',')}`]),
      `--image-deviation ${imageDeviation.join(',')}`,
    ];
    expect(() => checkPixelScale(options)).toThrowError(
      expect.objectContaining({ code: 'invalid-argument', remedy: `Write ${words.join(' ')}.` }),
    );
    expect(() => checkPixelScale({ imageMean, imageDeviation })).not.toThrow();
  },
);

it.each([{}, { imageMean: mean, imageDeviation: deviation }, { imageDeviation: [1 / 255] }])(
  '%j is for pixels of 0 to 1',
  (options) => expect(() => checkPixelScale(options)).not.toThrow(),
);
