import { expect, it } from 'vitest';
import type { RunTensor } from '../contract/model-run.js';
import { gatherEffect } from './output-effect.js';

const tensor = (shape: readonly number[], ...data: number[]): RunTensor => ({
  shape,
  data: Float32Array.from(data),
});

function effectOf(
  original: Readonly<Record<string, RunTensor>>,
  result: Readonly<Record<string, RunTensor>>,
  classes: readonly string[] = [],
) {
  const gathered = gatherEffect(classes);
  gathered.add(original, result);
  return gathered.finish();
}

it('is the error over the variance, of all batches together, and in decibels of the signal', () => {
  const gathered = gatherEffect();
  gathered.add({ y: tensor([2], 1, 3) }, { y: tensor([2], 1, 2) });
  gathered.add({ y: tensor([2], 5, 7) }, { y: tensor([2], 5, 9) });
  // Errors 1 + 4; the values 1, 3, 5, 7 have the mean 4 and Σ (a − 4)² = 20, Σ a² = 84.
  const { effect, sqnrDb } = gathered.finish();
  expect(effect).toBeCloseTo(5 / 20, 12);
  expect(sqnrDb).toBeCloseTo(10 * Math.log10(84 / 5), 12);
});

it('is the mean of the outputs, and the decibels are those of the worst', () => {
  const original = { a: tensor([2], 1, 3), b: tensor([2], 2, 4) };
  const { effect, sqnrDb } = effectOf(original, { a: original.a, b: tensor([2], 2, 5) });
  expect(effect).toBeCloseTo((0 + 1 / 2) / 2, 12);
  expect(sqnrDb).toBeCloseTo(10 * Math.log10(20 / 1), 12);
  expect(effectOf(original, original)).toEqual({ effect: 0, sqnrDb: null });
});

it('is the divergence of probabilities, the mean of the rows', () => {
  const [p, q] = [tensor([2, 2], 0.5, 0.5, 0.9, 0.1), tensor([2, 2], 0.25, 0.75, 0.9, 0.1)];
  const row = 0.5 * Math.log(0.5 / 0.25) + 0.5 * Math.log(0.5 / 0.75);
  expect(effectOf({ p }, { p: q }).effect).toBeCloseTo(row / 2, 6);
  // Probability that is gone costs much, and is still a number.
  const gone = effectOf({ p }, { p: tensor([2, 2], 0, 1, 0.9, 0.1) }).effect;
  expect(gone).toBeGreaterThan(4);
  expect(gone).toBeLessThan(20);
});

it('makes probabilities of logits that are named, and of no others', () => {
  const [a, b] = [tensor([1, 2], 0, Math.log(3)), tensor([1, 2], 0, 0)];
  const divergence = 0.25 * Math.log(0.25 / 0.5) + 0.75 * Math.log(0.75 / 0.5);
  expect(effectOf({ a }, { a: b }, ['a']).effect).toBeCloseTo(divergence, 6);
  expect(effectOf({ a }, { a: b }).effect).toBeCloseTo(Math.log(3) ** 2 / (Math.log(3) ** 2 / 2), 6);
});

it('is the most that there is where values break, outputs are missing or of another shape', () => {
  const y = tensor([2], 1, 3);
  for (const broken of [
    { y: tensor([2], 1, NaN) },
    { y: tensor([2], 1, Infinity) },
    {},
    { y: tensor([1], 1) },
  ])
    expect(effectOf({ y }, broken)).toEqual({ effect: 1e6, sqnrDb: -999 });
  expect(effectOf({ y: tensor([2], 1, 1) }, { y: tensor([2], 1, 2) }).effect).toBe(1e6);
});

it('does not look at whole numbers, nor at what the original leaves undefined', () => {
  const n: RunTensor = { ...tensor([1], 1), isInteger: true };
  expect(effectOf({ n }, { n: { ...n, data: Float32Array.of(5) } })).toEqual({ effect: 0 });
  const y = tensor([3], 1, NaN, 3);
  expect(effectOf({ y }, { y: tensor([3], 1, 7, 3) })).toEqual({ effect: 0, sqnrDb: null });
});

it('tells what parts of the samples add, dealt by turns over batches, where there are enough', () => {
  const gathered = gatherEffect();
  gathered.add({ y: tensor([3, 1], 1, 3, 5) }, { y: tensor([3, 1], 1, 2, 5) });
  expect(gathered.finish().parts).toBeUndefined();
  gathered.add({ y: tensor([1, 1], 7) }, { y: tensor([1, 1], 9) });
  const { effect, parts } = gathered.finish();
  expect(effect).toBeCloseTo(5 / 20, 12);
  expect(parts).toHaveLength(4);
  [0, 1 / 20, 0, 4 / 20].forEach((part, i) => expect(parts![i]).toBeCloseTo(part, 12));
  gathered.add(
    { y: tensor([16, 1], ...new Array<number>(16).fill(4)) },
    { y: tensor([16, 1], ...new Array<number>(16).fill(3)) },
  );
  expect(gathered.finish().parts).toHaveLength(16);
});

it('parts of several outputs, of probabilities too, sum up to the effect', () => {
  const original = { a: tensor([4, 1], 1, 2, 3, 4), p: tensor([4, 2], 0.5, 0.5, 0.9, 0.1, 0.3, 0.7, 1, 0) };
  const result = { a: tensor([4, 1], 1, 2, 3, 5), p: tensor([4, 2], 0.25, 0.75, 0.9, 0.1, 0.7, 0.3, 1, 0) };
  const { effect, parts = [] } = effectOf(original, result);
  expect(parts.reduce((sum, part) => sum + part, 0)).toBeCloseTo(effect, 12);
  expect(parts[1]).toBe(0);
  expect(effectOf(original, { ...result, a: tensor([4, 1], 1, 2, 3, NaN) }).parts).toBeUndefined();
});
