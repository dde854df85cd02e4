import { describe, expect, it } from 'vitest';
import { parseSize } from './option-values.js';

describe('sizes', () => {
  it.each([
    ['1500000', 1_500_000],
    ['1.5MB', 1_500_000],
    ['1.5 mb', 1_500_000],
    ['1.1kB', 1100],
    ['0.35MB', 350_000],
    ['2.0005kB', 2000],
    ['1GB', 1e9],
    ['7B', 7],
  ])('%s', (text, bytes) => {
    expect(parseSize(text)).toBe(bytes);
  });

  it.each(['', 'MB', '0', '0.5', '-1MB', '1.5MiB', '1,5MB', '1e6', '9999999GB', 'NaN'])(
    '%s is none',
    (text) => {
      expect(() => parseSize(text)).toThrow('1500000 or 1.5MB');
    },
  );
});
