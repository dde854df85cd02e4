import { expect, test } from 'vitest';
import { checkGridsForm } from './check-form.js';
import { checkParameters } from './check-parameters.js';
import { bitsPerWeight } from './container.js';
import { encode } from './encode.js';
import { eachBlock } from './slice-runs.js';
import { sliceLayout } from './slicing.js';

test('a shared level that its scale carries beyond float32 is refused at either end', () => {
  for (const values of [Float32Array.of(-1e30, 0, 1), Float32Array.of(-1, 0, 1e30)])
    expect(() => checkParameters({ kind: 'codebook', values, scale: 1e20 }, 2, 'here')).toThrow(
      expect.objectContaining({ code: 'plugin-failed', where: 'here' }),
    );
});

test('grids of no slices have the form of grids', () => {
  const none = {
    kind: 'affine',
    levels: 4,
    scale: new Float32Array(0),
    offset: new Float32Array(0),
  } as const;
  expect(checkGridsForm(none, 'here')).toBe(none);
});

test('bits a weight count from one value on', () => {
  const tensorOf = (count: number) =>
    encode(new Float32Array(count).fill(1), [count], 'tensor', {
      bits: 2,
      fit: () => ({ kind: 'affine', levels: 4, scale: 1 }),
    });
  expect(bitsPerWeight(tensorOf(0))).toBe(0);
  expect(bitsPerWeight(tensorOf(1))).toBeGreaterThanOrEqual(8);
});

test('what the kernels leave over of a row belongs to the slices behind theirs', () => {
  const width = 67;
  const { runs } = sliceLayout([2, width], { axes: [1] });
  const slices = new Int32Array(2 * width).fill(-1);
  eachBlock(
    runs,
    (from, rows, count, slice) => {
      for (let row = 0; row < rows; row++)
        for (let i = 0; i < count; i++) slices[from + row * count + i] = slice + i;
    },
    (from, to, slice) => {
      for (let i = from; i < to; i++) slices[i] = slice + i - from;
    },
  );
  expect([...slices]).toEqual(Array.from({ length: 2 * width }, (_, i) => i % width));
});
