import { expect, test } from 'vitest';
import { arrayOps as ops } from './array.js';

const tensor = (shape: number[], ...data: number[]) => ops.constant({ shape, data });

test('binary operators broadcast as numpy does', () => {
  const column = tensor([2, 1], 1, 2);
  const row = tensor([3], 10, 20, 30);
  expect(ops.add(column, row)).toEqual(tensor([2, 3], 11, 21, 31, 12, 22, 32));
  expect(ops.sub(column, ops.constant(1))).toEqual(tensor([2, 1], 0, 1));
  expect(() => ops.mul(tensor([2], 1, 2), row)).toThrow('do not broadcast');
});

test('sign(0) is +1 and rounding is half to even', () => {
  expect([...ops.sign(tensor([4], -2, -0, 0, 3)).data]).toEqual([-1, 1, 1, 1]);
  expect([...ops.round(tensor([4], 0.5, 1.5, 2.5, -1.6)).data]).toEqual([0, 2, 2, -2]);
});

test('where picks by mask with broadcasting, also past NaN', () => {
  const mask = tensor([2, 1], 1, 0);
  expect(ops.where(mask, tensor([2], 1, 2), ops.constant(NaN)).data.slice(0, 2)).toEqual(
    Float32Array.of(1, 2),
  );
});

test('means keep their axes', () => {
  const a = tensor([2, 3], 1, 2, 3, 4, 5, 6);
  expect(ops.mean(a)).toEqual(tensor([1, 1], 3.5));
  expect(ops.mean(a, [1])).toEqual(tensor([2, 1], 2, 5));
  expect(ops.mean(a, [0])).toEqual(tensor([1, 3], 2.5, 3.5, 4.5));
});

test('results are rounded to float32', () => {
  expect(ops.add(ops.constant(0.1), ops.constant(0.2)).data[0]).toBe(
    Math.fround(Math.fround(0.1) + Math.fround(0.2)),
  );
  expect([...ops.clip(tensor([3], -5, 0.5, 5), -1, 1).data]).toEqual([-1, 0.5, 1]);
  expect([...ops.floor(tensor([2], -0.5, 1.5)).data]).toEqual([-1, 1]);
  expect([...ops.greater(tensor([2], 1, 2), ops.constant(1)).data]).toEqual([0, 1]);
});
