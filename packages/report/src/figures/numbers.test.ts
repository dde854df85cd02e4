import { expect, it } from 'vitest';

import { formatBytes, formatCount, formatDecibels, formatError, formatRatio, formatReal } from './numbers.js';

it.each([
  [0, '0 B'],
  [999, '999 B'],
  [1000, '1.00 kB'],
  [99_960, '100 kB'],
  [999_600, '1.00 MB'],
  [4_745_517, '4.75 MB'],
  [2 ** 31, '2.15 GB'],
])('formats %d bytes as %s', (bytes, text) => {
  expect(formatBytes(bytes)).toBe(text);
});

it('formats ratios, decibels, counts and small numbers', () => {
  expect(formatRatio(1, 4)).toBe('0.250');
  expect(formatRatio(0, 0)).toBe('–');
  expect(formatDecibels(33.04)).toBe('33.0 dB');
  expect(formatDecibels(null)).toBe('exact');
  expect([undefined, NaN, -Infinity].map(formatDecibels)).toEqual(['–', '–', 'no signal']);
  expect(formatCount(1234567)).toBe('1\u202f234\u202f567');
  expect(formatReal(0.00123456)).toBe('0.00123');
  expect(formatReal(null)).toBe('–');
});

it.each([
  ['nothing that was measured', undefined, '–'],
  ['a finite ratio', { sqnrDb: 12.34, largest: 1 }, '12.3 dB'],
  ['equal values', { sqnrDb: null, largest: 0 }, 'exact'],
  ['an error where all values are 0', { sqnrDb: null, largest: 1 }, 'no signal'],
  ['a value that became infinite', { sqnrDb: null, largest: Infinity }, 'not finite'],
])('words the error of %s', (_, error, text) => {
  expect(formatError(error && { meanSquared: 0, relative: null, ...error })).toBe(text);
});
