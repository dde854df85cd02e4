import { expect, test } from 'vitest';
import { strangeLabel } from './strange-label.js';

test.each([[[0, 1, 3]], [Int32Array.of(2, 0)], [[true, false]], [[]]])('classes are labels: %o', (labels) => {
  expect(strangeLabel(labels, 4)).toBeUndefined();
});

test.each([[-1], [1.5], [4], [NaN], [Infinity], ['2'], [null]])('%o is no class of four', (label) => {
  expect(strangeLabel([0, label], 4)).toMatchObject({
    place: '[1]',
    expected: 'classes: whole numbers from 0 to 3',
  });
});

test('there are as many classes as one likes where nobody tells how many', () => {
  expect(strangeLabel([0, 99])).toBeUndefined();
  expect(strangeLabel([0, -1])).toMatchObject({ place: '[1]', received: '-1' });
});
