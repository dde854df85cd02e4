import { expandWeight, plainWeight, type StoredWeight } from '@lowbit/keras';
import { expect, it } from 'vitest';

import { keepStored } from './keep-stored.js';

const values = Float32Array.from({ length: 6 }, (_, i) => Math.sin(i));
const small = plainWeight('w', [2, 3], values, 'uint8');
/** What the original stands for. */
const floats = expandWeight(small, 'w');
const stored = (numbers: Float32Array, form: 'float32' | 'float16' | 'uint8') =>
  plainWeight('w', [2, 3], numbers, form);
const kept = (weight: StoredWeight, original: StoredWeight) => keepStored([weight], [original])[0];

it('keeps the small form of weights that nothing changed, also where they would be rounded', () => {
  expect(kept(stored(floats, 'float32'), small)).toBe(small);
  expect(kept(stored(floats, 'float16'), small)).toBe(small);
});

it('takes what is new of weights that were changed, quantized again, or are no smaller', () => {
  const changed = stored(
    floats.map((value, i) => (i === 5 ? value + 0.001 : value)),
    'float32',
  );
  const again = stored(floats, 'uint8');
  const half = stored(values, 'float16');
  const wide = plainWeight('w', [2, 3], values, 'uint16');
  expect(kept(changed, small)).toBe(changed);
  expect(kept(again, small)).toBe(again);
  expect(kept(half, stored(values, 'float32'))).toBe(half);
  expect(kept(stored(expandWeight(wide, 'w'), 'float16'), wide)).toBe(wide);
});

it('takes weights that the original does not have, or has in another shape', () => {
  const other = stored(floats, 'float32');
  expect(keepStored([other], [])).toEqual([other]);
  const turned = plainWeight('w', [3, 2], values, 'uint8');
  expect(kept(other, turned)).toBe(other);
});
