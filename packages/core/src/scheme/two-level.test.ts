import { expect, test } from 'vitest';
import { seededRandom } from '../numeric/random.js';
import { packTensor, unpackTensor } from './container.js';
import { decode } from './decode.js';
import { encode } from './encode.js';
import { joinTwoLevel, splitTwoLevel, superBlock } from './two-level.js';
import type { ParameterStorage, SliceParameters } from './types.js';

const exponents = Array.from({ length: 40 }, (_, i) => i - 24);
const storages: readonly ParameterStorage[] = [
  'float32',
  'float16',
  { kind: 'two-level', bits: 6 },
  { kind: 'two-level', bits: 8 },
];

test.each([6, 8] as const)('numbers that were rounded once are kept: %s bits, all magnitudes', (bits) => {
  const random = seededRandom(bits);
  for (const exponent of exponents)
    for (const count of [1, 3, 16, 17, 40])
      for (const lowest of [0, -1]) {
        const values = Float32Array.from(
          { length: count },
          () => 2 ** exponent * (lowest + (1 - lowest) * random()),
        );
        const once = joinTwoLevel(splitTwoLevel(values, bits));
        const twice = joinTwoLevel(splitTwoLevel(once, bits));
        expect(twice, `2^${exponent}, ${count} from ${lowest}`).toEqual(once);
        expect(splitTwoLevel(twice, bits)).toEqual(splitTwoLevel(once, bits));
      }
});

/** Of the grid or codebook with steps of about 2^exponent that the slice has. */
const fits: Readonly<Record<string, (step: number, levels: number) => SliceParameters>> = {
  'zero points': (scale, levels) => ({ kind: 'affine', levels, scale, offset: -scale * (levels / 2) }),
  offsets: (scale, levels) => ({
    kind: 'affine',
    levels,
    scale: 1.01 * scale,
    offset: -scale * (levels / 2 - 0.3),
  }),
  symmetric: (scale, levels) => ({ kind: 'affine', levels: levels - 1, scale }),
  'shared codebook': (scale) => ({ kind: 'codebook', values: Float32Array.of(-1, -0.2, 0, 0.3, 1), scale }),
  codebook: (scale) => ({
    kind: 'codebook',
    values: Float32Array.of(-1, -0.2, 0, 0.3, 1).map((v) => v * scale),
  }),
  residual: (scale) => ({ kind: 'residual', scales: Float32Array.of(1.3 * scale, 0.4 * scale) }),
};

test.each(Object.keys(fits))('packing after encoding is exact, in every storage: %s', (kind) => {
  const random = seededRandom(3);
  for (const parameterStorage of storages) {
    if (typeof parameterStorage === 'object' && (kind === 'codebook' || kind === 'residual')) continue;
    for (const bits of [8, 14])
      for (const exponent of exponents)
        for (const slices of [1, 17]) {
          const values = Float32Array.from(
            { length: slices * 8 },
            () => 2 ** exponent * (random() - 0.5) * 9,
          );
          const spread = Array.from(
            { length: slices },
            () => 2 ** exponent * (1 + Math.floor(3 * random()) / 3),
          );
          const fit = (_: Float32Array, slice: number) =>
            (fits[kind] as (typeof fits)[string])(Math.fround(spread[slice] as number), 2 ** bits);
          const tensor = encode(values, [slices, 8], { axes: [0] }, { bits, parameterStorage, fit });
          const unpacked = unpackTensor(packTensor(tensor));
          const where = `2^${exponent}, ${slices} slices, ${bits} bits, ${JSON.stringify(parameterStorage)}`;
          expect(decode(unpacked), where).toEqual(decode(tensor));
        }
  }
});

const integersOf = (values: readonly number[], bits: 6 | 8) => [
  ...splitTwoLevel(Float32Array.from(values), bits).integers,
];

test('of numbers without a sign, zeros stay zero and no other becomes zero', () => {
  expect(integersOf([0, 1e-6, 0.5, 1], 8)).toEqual([0, 1, 128, 255]);
  expect(integersOf([0, 1e-6, 1], 6)).toEqual([0, 1, 63]);
});

test('signed numbers lie around zero, and small ones become it', () => {
  expect(integersOf([-1, 1e-6, 0, 1], 6)).toEqual([-31, 0, 0, 31]);
  expect(integersOf([-0.3, 0.7], 8)).toEqual([-54, 127]);
});

test('numbers below the steps of float16 end at the largest integer', () => {
  // 8e-8 is rounded down to the smallest float16, 2^-24.
  expect(integersOf([255 * 8e-8], 8)).toEqual([255]);
  expect(integersOf([-127 * 8e-8, 127 * 8e-8], 8)).toEqual([-127, 127]);
  expect(integersOf([1e-9, 0], 8)).toEqual([1, 0]);
});

test('every block has a step of its own, and zeros alone the step 0', () => {
  const values = new Float32Array(2 * superBlock + 1);
  values[superBlock - 1] = 63;
  values[2 * superBlock] = 126;
  const split = splitTwoLevel(values, 6);
  expect([...split.steps]).toEqual([1, 0, 2]);
  expect(joinTwoLevel(split)).toEqual(values);
});
