import fc from 'fast-check';
import { expect, test } from 'vitest';
import { sizeOf } from './shape.js';
import { parameterShape, sliceLayout } from './slicing.js';
import type { Slicing } from './types.js';

const slicesOf = (shape: number[], slicing: Slicing) => {
  const layout = sliceLayout(shape, slicing);
  const values = Float32Array.from({ length: sizeOf(shape) }, (_, i) => i);
  const ordered = layout.toSliceMajor(values);
  return Array.from({ length: layout.count }, (_, s) => [
    ...ordered.subarray(layout.start(s), layout.end(s)),
  ]);
};

test('a tensor is one slice', () => {
  expect(slicesOf([2, 3], 'tensor')).toEqual([[0, 1, 2, 3, 4, 5]]);
});

test('axes own slices, numbered row-major', () => {
  expect(slicesOf([2, 3], { axes: [0] })).toEqual([
    [0, 1, 2],
    [3, 4, 5],
  ]);
  expect(slicesOf([2, 3], { axes: [1] })).toEqual([
    [0, 3],
    [1, 4],
    [2, 5],
  ]);
  expect(slicesOf([2, 2, 2], { axes: [1, 2] })).toEqual([
    [0, 4],
    [1, 5],
    [2, 6],
    [3, 7],
  ]);
  expect(slicesOf([2, 2, 2], { axes: [0, 2] })).toEqual([
    [0, 2],
    [1, 3],
    [4, 6],
    [5, 7],
  ]);
});

test('groups run along an axis; the last may be short', () => {
  expect(slicesOf([2, 5], { along: 1, group: 2 })).toEqual([[0, 1], [2, 3], [4], [5, 6], [7, 8], [9]]);
  expect(slicesOf([3, 2], { along: 0, group: 2 })).toEqual([[0, 2], [1, 3], [4], [5]]);
  expect(slicesOf([1, 3, 2], { along: 1, group: 3 })).toEqual([
    [0, 2, 4],
    [1, 3, 5],
  ]);
});

test('every order is undone, and the slices cover every value once', () => {
  const shapes = fc.array(fc.integer({ min: 1, max: 5 }), { minLength: 1, maxLength: 5 });
  const cases = shapes.chain((shape) =>
    fc.record({
      shape: fc.constant(shape),
      slicing: fc.oneof(
        fc.constant<Slicing>('tensor'),
        fc.subarray(shape.map((_, axis) => axis)).map((axes): Slicing => ({ axes })),
        fc.record({ along: fc.nat(shape.length - 1), group: fc.integer({ min: 1, max: 4 }) }),
      ),
    }),
  );
  fc.assert(
    fc.property(cases, ({ shape, slicing }) => {
      const layout = sliceLayout(shape, slicing);
      const values = Float32Array.from({ length: sizeOf(shape) }, (_, i) => i);
      expect(layout.fromSliceMajor(layout.toSliceMajor(values))).toEqual(values);
      expect(
        slicesOf(shape, slicing)
          .flat()
          .sort((a, b) => a - b),
      ).toEqual([...values]);
      expect(sizeOf(parameterShape(shape, slicing))).toBe(layout.count);
    }),
    { seed: 1, numRuns: 300 },
  );
});

test('slicings that do not fit the shape are refused', () => {
  for (const slicing of [{ axes: [2] }, { axes: [1, 0] }, { along: 0, group: 0 }] as Slicing[]) {
    expect(() => sliceLayout([2, 2], slicing)).toThrow('invalid-argument');
  }
});
