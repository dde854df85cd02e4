import { expect, test } from 'vitest';
import { labelUse } from './label-use.js';
import { topClasses } from './top-classes.js';

const zeros = (shape: readonly number[]) => ({
  shape,
  data: new Float32Array(shape.reduce((product, size) => product * size, 1)),
});
const output = (shape: readonly number[], declared: readonly unknown[] | null = null, type = 'float32') => ({
  type,
  declared,
  shape,
});

test.each([
  ['a class a sample', [4, 3], [4], { rows: 4, classes: 3, after: 1 }],
  ['a class a place, channels last', [2, 5, 6, 3], [2, 5, 6], { rows: 60, classes: 3, after: 1 }],
  ['the same with an axis of one place', [2, 5, 6, 3], [2, 5, 6, 1], { rows: 60, classes: 3, after: 1 }],
  ['a class a place, channels first', [2, 3, 5, 6], [2, 5, 6], { rows: 60, classes: 3, after: 30 }],
])('labels are %s', (_, shape, labels, size) => {
  expect(labelUse(output(shape), zeros(labels))).toMatchObject({ by: 'classes', size });
});

test('a single axis is of classes where its size is fixed', () => {
  expect(labelUse(output([3], [3]), zeros([1]))).toMatchObject({ by: 'classes', size: { rows: 1 } });
  expect(labelUse(output([3], ['batch']), zeros([1]))).toBeUndefined();
  expect(labelUse(output([3], ['batch']), zeros([3]))).toMatchObject({ by: 'distance' });
});

test('labels of the shape of the output are rows with 1 at the class, equal numbers, or values', () => {
  const rows = { shape: [2, 3], data: [0, 1, 0, 0, 0, 1] };
  expect(labelUse(output([2, 3]), rows)).toMatchObject({ by: 'classes', labels: [1, 2] });
  expect(labelUse(output([2, 3]), { shape: [2, 3], data: [0, 1, 0, 0, 1, 1] })).toMatchObject({
    by: 'distance',
  });
  expect(labelUse(output([2, 3]), zeros([2, 3]))).toMatchObject({ by: 'distance' });
  expect(labelUse(output([2, 1]), zeros([2]))).toMatchObject({ by: 'distance' });
  expect(labelUse(output([2], null, 'int64'), zeros([2]))).toMatchObject({ by: 'equal' });
  expect(labelUse(output([2, 3]), zeros([3]))).toBeUndefined();
  expect(labelUse(output([2, 3], null, 'int64'), zeros([2]))).toBeUndefined();
});

test('the top class is looked for along the axis of classes', () => {
  const scores = [1, 0, 5, 0, 9, 0, 2, 0, 0, 0, 0, 7];
  expect(topClasses(scores, { rows: 4, classes: 3, after: 2 })).toEqual([2, 0, 0, 2]);
});
