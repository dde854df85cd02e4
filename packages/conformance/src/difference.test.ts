import { expect, it } from 'vitest';
import { difference } from './difference.js';

it('names the first place where two values differ', () => {
  expect(difference({ a: [1, { b: 2 }] }, { a: [1, { b: 3 }] })).toBe('a.1.b is first 2, then 3');
  expect(difference([1], [1, 2])).toBe('1 is first undefined, then 2');
  expect(difference(1, 'x')).toBe("it is first 1, then 'x'");
  expect(difference(Uint8Array.of(1, 2), Uint8Array.of(1, 3))).toBe('1 is first 2, then 3');
  expect(difference({ a: NaN, read: () => 1 }, { a: NaN, read: () => 2 })).toBeUndefined();
});
