import { expect, test } from 'vitest';
import { nearestWidth, widthsOf } from './widths.js';

test('lists the widths of a range, ascending', () => {
  expect(widthsOf({ from: 5, to: 2, snap: false }, 'here')).toEqual([2, 3, 4, 5]);
  expect(widthsOf({ from: 16, to: 1, snap: true }, 'here')).toEqual([1, 2, 4, 8]);
  expect(widthsOf({ from: 4, to: 4, snap: true }, 'here')).toEqual([4]);
});

test.each([
  { from: 2, to: 8, snap: false },
  { from: 17, to: 2, snap: false },
  { from: 8, to: 0, snap: false },
  { from: 8, to: 2.5, snap: false },
  { from: 7, to: 5, snap: true },
])('refuses $from to $to', (range) => {
  expect(() => widthsOf(range, 'here')).toThrowError(
    expect.objectContaining({ code: 'unsupported-option', where: 'here' }),
  );
});

test('takes the nearest width, of two the wider', () => {
  const widths = [1, 2, 4, 8];
  const nearest = [1, 2, 3, 4, 5, 6, 7, 8].map((wanted) => nearestWidth(wanted, widths));
  expect(nearest).toEqual([1, 2, 4, 4, 4, 8, 8, 8]);
});
