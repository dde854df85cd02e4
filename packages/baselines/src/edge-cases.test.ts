import { encode } from '@lowbit/core';
import { optionsOf, seededRandom, type Quantizer } from '@lowbit/core/method';
import { describe, expect, it } from 'vitest';
import * as baselines from './index.js';

const { binaryConnect, bnn, bwn, xnor, twn, ternary, dorefa } = baselines;
const { minMax, absmax, fixedPoint, percentile, mse } = baselines;
const ofWeights = [
  ...[binaryConnect(), bnn(), bwn(), xnor(), twn(), ternary(), dorefa(), dorefa({ scale: 'paper' })],
  ...[minMax(), absmax(), fixedPoint(), percentile(), mse()],
];

function encoded(quantizer: Quantizer, bits: number, values: readonly number[], shape = [values.length]) {
  const context = {
    role: 'weight',
    bits,
    options: optionsOf(quantizer, {}),
    random: seededRandom(0),
  } as const;
  const fit = (slice: Float32Array) => quantizer.fit(slice, context);
  return encode(Float32Array.from(values), shape, { axes: [0] }, { bits, fit, where: 'w' });
}

describe.each(ofWeights.map((quantizer) => [quantizer.name, quantizer] as const))('%s', (_, quantizer) => {
  const widths = quantizer.bits.weight!;

  it.each(widths)('refuses what is not finite, with its index, at %i bits', (bits) => {
    for (const broken of [NaN, Infinity, -Infinity]) {
      expect(() => encoded(quantizer, bits, [1, 2, broken, 3], [2, 2])).toThrowError(
        expect.objectContaining({ code: 'non-finite', where: 'w[2]' }),
      );
    }
  });

  it.each(widths)('leaves an empty tensor empty, at %i bits', (bits) => {
    const { codes, scheme } = encoded(quantizer, bits, [], [2, 0]);
    expect(codes).toHaveLength(0);
    expect(scheme).toMatchObject({ kind: 'affine', scale: Float32Array.of(0, 0) });
  });

  it.each(widths)('encodes filters of one value, at %i bits', (bits) => {
    const { codes } = encoded(quantizer, bits, [0.5, 0, -0.25], [3, 1]);
    expect(Math.max(...codes)).toBeLessThan(2 ** bits);
  });
});
