import { expect, test } from 'vitest';
import { nearestName, suggestName } from './nearest-name.js';

const known = ['min-max', 'ul2q', 'absmax', 'fixed-point', 'bits', 'granularity', 'x'];

test.each([
  ['minmax', 'min-max'],
  ['UL2Q', 'ul2q'],
  ['absmaxx', 'absmax'],
  ['bit', 'bits'],
  ['granularty', 'granularity'],
  ['fixd-pont', 'fixed-point'],
  ['something-else', undefined],
  ['y', undefined],
])('%s: %s', (name, expected) => {
  expect(nearestName(name, known)).toBe(expected);
  expect(suggestName(name, known)).toEqual(
    expected === undefined ? {} : { remedy: `Did you mean ${expected}?` },
  );
});
