import { seededRandom } from '@lowbit/core';
import { expect, test } from 'vitest';
import { averageFeatures } from './average-features.js';

const count = (shape: readonly number[]) =>
  Array.from({ length: shape.reduce((a, b) => a * b, 1) }, (_, i) => i);

test('averages convolutions over space', () => {
  const shape = [2, 3, 2, 2];
  const averaged = averageFeatures(count(shape), shape, { batch: 0, channels: [1] }, 2);
  expect(averaged).toEqual(Float32Array.of(1.5, 5.5, 9.5, 13.5, 17.5, 21.5));
});

test('leaves dense outputs as they are', () => {
  const random = seededRandom(2);
  const values = Float32Array.from({ length: 15 }, random);
  expect(averageFeatures(values, [5, 3], { batch: 0, channels: [1] }, 5)).toEqual(values);
});

test('averages recurrent outputs over time, with the directions side by side', () => {
  const shape = [2, 2, 3, 2]; // time, direction, batch, hidden
  const averaged = averageFeatures(count(shape), shape, { batch: 2, channels: [1, 3] }, 3);
  expect(averaged).toEqual(Float32Array.of(6, 7, 12, 13, 8, 9, 14, 15, 10, 11, 16, 17));
});

test('averages the rows that belong to one sample', () => {
  expect(averageFeatures([0, 1, 2, 3, 4, 5, 6, 7], [4, 2], { batch: 0, channels: [1] }, 2)).toEqual(
    Float32Array.of(1, 2, 5, 6),
  );
});

test('says when rows and samples do not fit', () => {
  expect(averageFeatures([1, 2, 3], [3, 1], { batch: 0, channels: [1] }, 2)).toBeUndefined();
  expect(averageFeatures([], [0, 3], { batch: 0, channels: [1] }, 1)).toBeUndefined();
});
