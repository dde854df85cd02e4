import { expect, it } from 'vitest';

import { scalesPixels } from './scales-pixels.js';

it.each<[boolean, string, number[], number[]]>([
  [true, 'pixels / 255', [1 / 255], [0]],
  [true, 'pixels / 127.5 - 1', [1 / 127.5], [-1]],
  [true, 'pixels less the mean of each channel', [1], [-103.9, -116.8, -123.7]],
  [true, 'pixels of small deviation, normalized', [1 / 40], [-33 / 40]],
  [false, 'nothing', [1], [0]],
  [false, '2x - 1', [2], [-1]],
  [false, 'pixels of 0 to 1, normalized', [1 / 0.229, 1 / 0.224, 1 / 0.225], [-2.118, -2.036, -1.804]],
  [false, 'what has a negative mean', [1 / 9], [4.27 / 9]],
  [false, '255x', [255], [0]],
  [false, 'a factor of 0', [0], [-3]],
  [false, 'no numbers', [], []],
  [false, 'what is no number', [NaN], [0]],
])('says %s of %s', (expected, _, scale, offset) => expect(scalesPixels(scale, offset)).toBe(expected));
