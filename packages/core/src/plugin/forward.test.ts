import { expect, test } from 'vitest';
import { seededRandom } from '../numeric/random.js';
import { arrayOps } from '../ops/array.js';
import { decode } from '../scheme/decode.js';
import { encode } from '../scheme/encode.js';
import type { SliceParameters } from '../scheme/types.js';
import { nearestLevel, siteParameters } from './forward.js';

const random = seededRandom(11);
const values = Float32Array.from({ length: 4 * 50 }, () => 3 * random() - 1.5);

const parameters: SliceParameters[] = [
  { kind: 'affine', levels: 8, scale: 0.3 },
  { kind: 'affine', levels: 8, scale: 0.3, offset: -1 },
  { kind: 'affine', levels: 8, scale: 0, offset: 0.25 },
  { kind: 'codebook', values: Float32Array.of(-1, -0.2, 0, 0.9) },
  { kind: 'codebook', values: Float32Array.of(-1, 0, 1), thresholds: Float32Array.of(-0.9, 0.1) },
  { kind: 'residual', scales: Float32Array.of(0.8, 0.4, 0.2) },
];

test('the forward pass derived from a scheme is encode and decode', () => {
  for (const fitted of parameters) {
    const tensor = encode(values, [4, 50], { axes: [0] }, { bits: 3, fit: () => fitted });
    const x = arrayOps.constant({ shape: [4, 50], data: values });
    const y = nearestLevel(arrayOps, x, siteParameters(arrayOps, tensor.scheme, 4));
    expect(y.shape).toEqual([4, 50]);
    // One rounding of float32: a symmetric grid is decoded as scale · (code − middle), not scale · code + offset.
    decode(tensor).forEach((value, i) => expect(Math.abs(y.data[i]! - value)).toBeLessThan(1e-6));
  }
});
