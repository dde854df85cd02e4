import { expect, it } from 'vitest';

import { formatBytes, formatCount, formatDecibels, formatRatio, formatReal } from './numbers.js';

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
  expect(formatCount(1234567)).toBe('1\u202f234\u202f567');
  expect(formatReal(0.00123456)).toBe('0.00123');
});
