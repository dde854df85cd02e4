import { seededRandom } from '@lowbit/core';
import { arrayOps, type Ops } from '@lowbit/core/adapter';
import type { ArrayTensor } from '@lowbit/core/method';
import * as tf from '@tensorflow/tfjs-core';
import { expect } from 'vitest';
import { onEveryBackend } from '../../test/backends.js';
import { tfjsOps } from './tfjs-ops.js';

type Expression = <T>(ops: Ops<T>, a: T, b: T) => T;

const ties = [-2.5, -1.5, -0.5, -0, 0, 0.5, 1.5, 2.5, 3.4999998, -3.5000002, 8388609, 0.49999997];

function random(shape: number[], seed: number): ArrayTensor {
  const next = seededRandom(seed);
  const data = Float32Array.from({ length: shape.reduce((n, size) => n * size, 1) }, () => 6 * next() - 3);
  return { shape, data };
}

const expressions: Record<string, Expression> = {
  add: (ops, a, b) => ops.add(a, b),
  sub: (ops, a, b) => ops.sub(a, b),
  mul: (ops, a, b) => ops.mul(a, b),
  div: (ops, a, b) => ops.div(a, b),
  greater: (ops, a, b) => ops.greater(a, b),
  where: (ops, a, b) => ops.where(ops.greater(a, b), a, b),
  'where with constants': (ops, a) => ops.where(ops.greater(a, ops.constant(0)), ops.constant(1), a),
  abs: (ops, a) => ops.abs(a),
  sign: (ops, a) => ops.sign(a),
  round: (ops, a) => ops.round(a),
  floor: (ops, a) => ops.floor(a),
  clip: (ops, a) => ops.clip(a, -1, 1.5),
  'clip to one value': (ops, a) => ops.clip(a, 0, 0),
  'clip on one side': (ops, a) => ops.clip(a, -Infinity, 0.1),
};

function evaluate(expression: Expression, a: ArrayTensor, b: ArrayTensor): ArrayTensor {
  const result = tf.tidy(() => expression(tfjsOps, tfjsOps.constant(a), tfjsOps.constant(b)));
  const values = { shape: result.shape, data: result.dataSync<'float32'>().slice() };
  expect(result.dtype).toBe('float32');
  result.dispose();
  return values;
}

function expectSame(expression: Expression, a: ArrayTensor, b: ArrayTensor): void {
  const received = evaluate(expression, a, b);
  const expected = expression(arrayOps, a, b);
  expect(received.shape).toEqual(expected.shape);
  // `+ 0` makes -0 equal to 0: no formula of a quantizer tells them apart.
  expect(Array.from(received.data, (x) => x + 0)).toEqual(Array.from(expected.data, (x) => x + 0));
}

onEveryBackend('tfjsOps equals arrayOps', (test) => {
  const row = { shape: [ties.length], data: Float32Array.from(ties) };
  for (const [name, expression] of Object.entries(expressions)) {
    test(name, () => {
      expectSame(expression, random([3, 4], 1), random([3, 4], 2));
      expectSame(expression, row, { shape: [], data: Float32Array.of(0.3) });
    });
    test(`${name}, broadcast as numpy does`, () => {
      expectSame(expression, random([3, 4], 1), random([3, 1], 2));
      expectSame(expression, random([3, 1], 1), random([2, 1, 4], 2));
      expectSame(expression, random([4], 1), random([3, 1], 2));
    });
  }

  test('empty tensors stay empty', () => {
    const empty = { shape: [2, 0], data: new Float32Array(0) };
    const constants: Expression = (ops, a) => ops.where(a, ops.constant(1), ops.constant(2));
    for (const expression of [...Object.values(expressions), constants]) expectSame(expression, empty, empty);
  });

  test('sign(0) and sign(-0) are +1', () => {
    const zeros = { shape: [2], data: Float32Array.of(0, -0) };
    expect([...evaluate((ops, a) => ops.sign(a), zeros, zeros).data]).toEqual([1, 1]);
  });

  test('mean keeps the axes', () => {
    const a = random([2, 3, 5], 3);
    for (const axes of [undefined, [1], [0, 2]]) {
      const expression: Expression = (ops, x) => ops.mean(x, axes);
      const received = evaluate(expression, a, a);
      const expected = expression(arrayOps, a, a);
      expect(received.shape).toEqual(expected.shape);
      // float32 sums of at most 30 values of size 3 against float64 sums
      received.data.forEach((value, i) => expect(value).toBeCloseTo(expected.data[i] as number, 5));
    }
  });

  test('a constant is a copy', () => {
    const data = Float32Array.of(1, 2);
    const tensor = tfjsOps.constant({ shape: [2], data });
    data[0] = 9;
    expect([...tensor.dataSync()]).toEqual([1, 2]);
    tensor.dispose();
  });
});
