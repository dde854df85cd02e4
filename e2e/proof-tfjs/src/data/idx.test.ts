import { expect, test } from 'vitest';
import { parseIdx } from './idx.js';

const file = Uint8Array.of(0, 0, 8, 2, 0, 0, 0, 2, 0, 0, 0, 3, 1, 2, 3, 4, 5, 6);

test('sizes and values are read', () => {
  const { shape, data } = parseIdx(file, 'x');
  expect(shape).toEqual([2, 3]);
  expect([...data]).toEqual([1, 2, 3, 4, 5, 6]);
});

test.each([
  [file.slice(0, 3), 'not an IDX file'],
  [Uint8Array.of(0, 0, 13, 1, 0, 0, 0, 0), 'not an IDX file'],
  [file.slice(0, 9), 'cut off'],
  [file.slice(0, 17), '5 values instead of 6'],
])('anything else is refused', (bytes, message) => {
  expect(() => parseIdx(bytes, 'x')).toThrow(message);
});
