import { seededRandom } from '@lowbit/core';
import { expect, test } from 'vitest';
import { inOrder, labelledBatches, shuffled } from './batches.js';
import type { Pictures } from './fashion-mnist.js';

const pictures: Pictures = {
  count: 5,
  pixels: Uint8Array.from({ length: 5 * 784 }, (_, i) => Math.floor(i / 784) * 50),
  labels: Uint8Array.of(3, 1, 4, 1, 5),
};

test('every epoch shows each picture once, with its label', () => {
  const seen = [...shuffled(pictures, 2, seededRandom(1))];
  expect(seen).toHaveLength(2);
  for (const { values, labels } of seen)
    labels.forEach((label, row) => {
      const grey = Math.round((values[row * 784]! * 0.353 + 0.286) * 255);
      expect(pictures.labels[grey / 50]).toBe(label);
    });
  const orders = [1, 1, 2].map((seed) =>
    [...shuffled(pictures, 1, seededRandom(seed))].map(({ values }) => values[0]),
  );
  expect(orders[0]).toEqual(orders[1]);
  expect(orders[0]).not.toEqual(orders[2]);
  expect(new Set(orders[0]).size).toBe(5);
});

test('in order, the last batch is short', () => {
  expect([...inOrder(pictures, 2)].map(({ labels }) => [...labels])).toEqual([[3, 1], [4, 1], [5]]);
});

test('batches for the library carry shape and labels', () => {
  const [first] = labelledBatches(pictures, 3, 3);
  expect(first!.inputs['pictures']!.shape).toEqual([3, 28, 28, 1]);
  expect(first!.labels).toEqual(Uint8Array.of(3, 1, 4));
});
