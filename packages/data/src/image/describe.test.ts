import { describe, expect, it } from 'vitest';

import type { ImageOptions } from '../input/options.js';
import { describeImagePreparation } from './describe.js';
import { defined } from '@lowbit/core/adapter';

const describeWith = (shape: readonly (number | string)[], image?: ImageOptions, type = 'float32') =>
  describeImagePreparation({
    inputs: [{ name: 'x', type, shape }],
    ...defined({ image }),
  });

describe('describeImagePreparation', () => {
  it('states everything that was inferred', () => {
    expect(describeWith(['N', 3, 224, 192])).toBe(
      'Pictures are stretched to 224×192 (height×width) by bilinear interpolation with half-pixel centres and ' +
        'no filter before, taken as RGB, with pixels from 0 to 255 multiplied by 1/255, less the mean [0, 0, 0], ' +
        'divided by the deviation [1, 1, 1], and laid out as NCHW of float32 for the input x; transparency and ' +
        'EXIF orientation are ignored.',
    );
    expect(describeWith([1, 32, 32, 1], {}, 'uint8')).toContain('as grey (ITU-R BT.601), with pixels');
  });

  it.each<[string, ImageOptions | undefined, string]>([
    ['as they are', undefined, 'with pixels as they are, 0 to 255, since resc in the model scales them,'],
    ['of a given order as they are', { channels: 'bgr' }, 'since resc in the model scales them,'],
    ['as a given mean says', { mean: 0 }, 'with pixels from 0 to 255 multiplied by 1/255,'],
    ['as a given deviation says', { deviation: 1 }, 'with pixels from 0 to 255 multiplied by 1/255,'],
    ['as a given scale says', { scale: 1 / 127 }, 'with pixels from 0 to 255 multiplied by 1/127,'],
  ])('takes pixels for a model that scales them itself %s', (_, image, words) => {
    const input = { name: 'x', type: 'float32', shape: [1, 8, 8, 3], scaledBy: 'resc' };
    expect(describeImagePreparation({ inputs: [input], ...defined({ image }) })).toContain(words);
  });

  it.each<[string, readonly (number | string)[], ImageOptions]>([
    ['a size that is open', [1, 3, 'h', 'w'], {}],
    ['a size that contradicts', [1, 3, 8, 8], { size: [8, 9] }],
    ['two possible layouts', [1, 3, 8, 3], {}],
    ['no possible layout', [1, 'a', 8, 'b'], { size: [8, 8] }],
    ['a layout that contradicts', [1, 3, 8, 8], { layout: 'nhwc' }],
    ['another number of channels', [1, 4, 8, 8], {}],
    ['too few axes', [3, 8, 8], {}],
    ['two means', [1, 3, 8, 8], { mean: [1, 2] }],
    ['a deviation of 0', [1, 3, 8, 8], { deviation: [0] }],
    ['a scale that is no number', [1, 3, 8, 8], { scale: NaN }],
  ])('refuses %s', (_, shape, image) => {
    expect(() => describeWith(shape, image)).toThrow(/invalid-argument/);
  });

  it.each(['mean', 'deviation'])('takes one number as the %s of all channels', (name) => {
    const described = (value: number | readonly number[]) => describeWith([1, 3, 8, 8], { [name]: value });
    expect(described(0.5)).toBe(described([0.5, 0.5, 0.5]));
    for (const wrong of ['0.5', null, { all: 0.5 }, ['0.5']])
      expect(() => described(wrong as never)).toThrow(
        expect.objectContaining({
          code: 'invalid-argument',
          where: `image.${name}`,
          expected: 'a number, or a list of numbers',
        }),
      );
    expect(() => described(127.5)).toThrow('127.5, which is for pixels of 0 to 255');
  });

  it.each(['std', 'standardDeviation'])('says what the deviation is called that is given as %s', (name) => {
    expect(() => describeWith([1, 3, 8, 8], { [name]: 0.25 })).toThrow(
      expect.objectContaining({ code: 'unsupported-option', remedy: 'Write deviation.' }),
    );
  });

  it('refuses to scale bytes, other types, and an unnamed input of several', () => {
    expect(() => describeWith([1, 3, 8, 8], { mean: [1] }, 'uint8')).toThrow(/takes pixels/);
    expect(() => describeWith([1, 3, 8, 8], {}, 'int8')).toThrow(/int8/);
    const inputs = ['a', 'b'].map((name) => ({ name, type: 'float32', shape: [1, 3, 8, 8] }));
    expect(() => describeImagePreparation({ inputs })).toThrow(/NAME=FOLDER/);
    expect(describeImagePreparation({ inputs }, 'b')).toContain('input b');
  });
});
