import { expect, test } from 'vitest';
import { decode } from '../scheme/decode.js';
import { encode } from '../scheme/encode.js';
import type { SliceParameters, Slicing } from '../scheme/types.js';
import { seededRandom } from '../numeric/random.js';
import { measureError, measureTensor } from './measure.js';

const random = seededRandom(3);
const values = Float32Array.from({ length: 3 * 5000 }, () => random() - 0.3);

const parameters: SliceParameters[] = [
  { kind: 'affine', levels: 4, scale: 0.3, offset: Math.fround(-0.25) },
  { kind: 'affine', levels: 4, scale: 0.25 },
  { kind: 'codebook', values: Float32Array.of(-0.2, 0.1, 0.7) },
  { kind: 'residual', scales: Float32Array.of(0.4, 0.2) },
];
const slicings: Slicing[] = [
  'tensor',
  { axes: [0] },
  { axes: [1] },
  { along: 0, group: 2 },
  { along: 1, group: 7 },
];

test('a tensor is measured as its decoded values are, but for the order of the sums', () => {
  for (const slicing of slicings) {
    for (const fitted of parameters) {
      const tensor = encode(values, [3, 5000], slicing, { bits: 2, fit: () => fitted });
      const { largest, meanSquared, relative, sqnrDb } = measureError(values, decode(tensor));
      const measured = measureTensor(values, tensor);
      expect(measured.largest).toBe(largest);
      expect(measured.meanSquared / meanSquared).toBeCloseTo(1, 12);
      expect(measured.relative! / relative!).toBeCloseTo(1, 12);
      expect(measured.sqnrDb).toBeCloseTo(sqnrDb!, 12);
    }
  }
});

test('errors are told in all their measures', () => {
  expect(measureError(Float32Array.of(1, 3), Float32Array.of(1, 2))).toEqual({
    sqnrDb: 10,
    meanSquared: 0.5,
    largest: 1,
    relative: 0.5,
  });
  expect(measureError(Float32Array.of(2, 2), Float32Array.of(2, 2))).toEqual({
    sqnrDb: null,
    meanSquared: 0,
    largest: 0,
    relative: null,
  });
});
