import { expect, it } from 'vitest';
import type { Batch, RunTensor } from '../contract/model-run.js';
import { gatherLabels, gatherMetric } from './task-value.js';

const tensor = (shape: readonly number[], ...data: number[]): RunTensor => ({
  shape,
  data: Float32Array.from(data),
});
const batch = (labels?: Batch['labels']): Batch => ({
  inputs: {},
  ...(labels === undefined ? {} : { labels }),
});

it('counts labels that are named first, in points, with their cross-entropy', () => {
  const gathered = gatherLabels();
  gathered.add({ p: tensor([2, 2], 0.5, 0.5, 0.2, 0.8) }, batch([0, 0]), 2);
  gathered.add({ p: tensor([1, 2], 0.1, 0.9) }, batch([1]), 1);
  const { value, crossEntropy } = gathered.finish()!;
  expect(value).toBeCloseTo(200 / 3, 12);
  expect(crossEntropy).toBeCloseTo(-(Math.log(0.5) + Math.log(0.2) + Math.log(0.9)) / 3, 6);
});

it('takes scores that are no probabilities through a softmax, and labels by output', () => {
  const gathered = gatherLabels();
  const outputs = { a: tensor([1, 2], 0, Math.log(3)), b: tensor([1, 3], 1, 5, 9) };
  gathered.add(outputs, batch({ a: [1] }), 1);
  const { value, crossEntropy } = gathered.finish()!;
  expect(value).toBe(100);
  expect(crossEntropy).toBeCloseTo(-Math.log(0.75), 6);
});

it('knows classes on the second axis, as those of segmentation', () => {
  const gathered = gatherLabels();
  // Scores of two classes at each of two places.
  gathered.add({ y: tensor([1, 2, 2], 5, 0, 0, 5) }, batch({ shape: [1, 2], data: [0, 0] }), 1);
  expect(gathered.finish()?.value).toBe(50);
});

it('has nothing to say without labels of classes', () => {
  const gathered = gatherLabels();
  gathered.add({ y: tensor([1, 2], 1, 2) }, batch(), 1);
  gathered.add({ y: tensor([2], 1, 2) }, batch([0.5, 1.5]), 1);
  expect(gathered.finish()).toBeUndefined();
});

it('weights the metric of each batch by its samples', () => {
  const gathered = gatherMetric(({ y }) => y.data[0]);
  gathered.add({ y: tensor([1], 1) }, batch(), 1);
  gathered.add({ y: tensor([1], 5) }, batch(), 3);
  expect(gathered.finish()).toEqual({ value: 4 });
  expect(gatherMetric(() => 1).finish()).toBeUndefined();
  expect(() => gatherMetric(() => 'good' as never).add({}, batch(), 1)).toThrow('a finite number');
});
