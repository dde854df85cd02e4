import { expect, test } from 'vitest';
import { strangeValue } from './strange-value.js';

test.each<[string, ArrayLike<unknown>, string, string]>([
  ['a text', [0, 1, '3', 4], "the text '3'", 'data.map(Number)'],
  ['null', [0, 1, null, 4], 'null', 'Give a number'],
  ['nothing', { length: 4, 0: 1, 1: 2, 3: 4 }, 'undefined', 'Give a number'],
  ['a list', [0, 1, [2, 3], 4], 'a list', 'data.flat(Infinity)'],
  ['an integer of 64 bits', [0, 1, 2n, 4], '2', 'Array.from(data, Number)'],
])('%s among numbers is told with its place', (_, data, received, remedy) => {
  expect(strangeValue(data, [2, 2])).toEqual({
    place: '[1, 0]',
    received,
    remedy: expect.stringContaining(remedy) as string,
  });
});

test('numbers, truth, typed arrays and, where they are taken, integers of 64 bits are none', () => {
  for (const data of [[1, NaN, -0], [true, false], new Uint8Array(3), [], Float64Array.of(1)])
    expect(strangeValue(data, [data.length])).toBeUndefined();
  expect(strangeValue([1n, 2], [2], true)).toBeUndefined();
  expect(strangeValue(BigInt64Array.of(1n), [1], true)).toBeUndefined();
  expect(strangeValue(BigInt64Array.of(1n), [1])).toMatchObject({ place: '[0]' });
});
