import { expect, it } from 'vitest';

import { nearest } from './nearest.js';

it.each([
  ['minmax', 'min-max'],
  ['UL2Q', 'ul2q'],
  ['absmaxx', 'absmax'],
  ['something-else', undefined],
])('%s: %s', (word, expected) => {
  expect(nearest(word, ['min-max', 'ul2q', 'absmax', 'fixed-point'])).toBe(expected);
});
