import { isLowbitError } from '@lowbit/core';
import { describe, expect, it } from 'vitest';

import { checkInterfaces } from './check-interfaces.js';
import type { ModelValue, NamedInterface } from '@lowbit/core/adapter';

const value = (changes: Partial<ModelValue> = {}): ModelValue => ({
  name: 'x',
  type: 'float32',
  shape: ['batch', 3, null],
  ...changes,
});

const model = (
  name: string,
  inputs: readonly ModelValue[],
  outputs: readonly ModelValue[] = [],
): NamedInterface => ({ name, inputs, outputs });

function problems(a: NamedInterface, b: NamedInterface): readonly string[] {
  try {
    checkInterfaces(a, b);
    return [];
  } catch (error) {
    if (!isLowbitError(error)) throw error;
    return error.problems.map(
      ({ code, where, expected, received }) => `${code} ${where}: ${expected}; ${received}`,
    );
  }
}

describe('the interfaces of two models', () => {
  it.each([
    [value()],
    [value({ shape: ['N', 3, 7] })],
    [value({ shape: [2, 'channels', null] })],
    [value({ shape: null })],
  ])('agree: %j', (other) => {
    expect(problems(model('a.onnx', [value()]), model('b.onnx', [other]))).toEqual([]);
  });

  it('agree in another order', () => {
    const [x, y] = [value(), value({ name: 'y' })];
    expect(problems(model('a.onnx', [x, y], [y, x]), model('b.onnx', [y, x], [x, y]))).toEqual([]);
  });

  it.each([
    [value({ type: 'float16' }), 'x: float16 [batch, 3, ?]'],
    [value({ shape: ['batch', 4, null] }), 'x: float32 [batch, 4, ?]'],
    [value({ shape: ['batch', 3] }), 'x: float32 [batch, 3]'],
  ])('differ: %j', (other, words) => {
    expect(problems(model('a.onnx', [value()]), model('b.onnx', [other]))).toEqual([
      `invalid-argument b.onnx: the input x: float32 [batch, 3, ?], as in a.onnx; the input ${words}`,
    ]);
  });

  it('are told with every difference', () => {
    const a = model('a.onnx', [value()], [value({ name: 'y' })]);
    const b = model('b.onnx', [value({ name: 'z' })], [value({ name: 'y', type: 'int64' })]);
    expect(problems(a, b)).toHaveLength(3);
  });
});
