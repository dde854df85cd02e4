import { expect, it } from 'vitest';
import { justBelow } from './just-below.js';

it.each([1, -1, 0.1, -0.1, 2 ** -126, 0])(
  'there is no float32 number between %d and the one just below',
  (x) => {
    const value = Math.fround(x);
    const below = justBelow(value);
    expect(below).toBeLessThan(value);
    expect(Math.fround(below)).toBe(below);
    const middle = Math.fround((below + value) / 2);
    expect(middle === below || middle === value).toBe(true);
  },
);
