import { readFileSync } from 'node:fs';
import { forwardLaws, quantizerLaws } from '@lowbit/conformance';
import { packTensor, unpackTensor, decode, encode } from '@lowbit/core';
import { arrayOps, bitsPerWeight, seededRandom, type CodebookScheme } from '@lowbit/core/method';
import { describe, expect, it } from 'vitest';
import { normalValues } from '../test/normal.js';
import { nf4 } from './nf4.js';

interface Golden {
  levels: number[];
  slices: { values: number[]; scale: number; codes: number[] }[];
}

const file = new URL('../fixtures/nf4.json', import.meta.url);
const golden = JSON.parse(readFileSync(file, 'utf8')) as Golden;
const context = { role: 'weight', bits: 4, options: {}, random: seededRandom(0) } as const;
const settings = { bits: 4, fit: (slice: Float32Array) => nf4().fit(slice, context) };

describe('nf4', () => {
  it('computes the example of its documentation', () => {
    const tensor = encode(Float32Array.of(-2, 0.1, 0.5, 1.4), [4], 'tensor', settings);
    expect([...decode(tensor)].map((value) => Number(value.toFixed(3)))).toEqual([-2, 0.159, 0.492, 1.446]);
  });

  it('has the levels, scales and codes of numpy', () => {
    const values = Float32Array.from(golden.slices.flatMap((slice) => slice.values));
    const tensor = encode(values, [golden.slices.length, 32], { axes: [0] }, settings);
    const scheme = tensor.scheme as CodebookScheme;
    // The paper prints its levels from float32 arithmetic.
    golden.levels.forEach((level, i) => expect(scheme.values[i]).toBeCloseTo(level, 6));
    expect([...scheme.scale!]).toEqual(golden.slices.map(({ scale }) => scale));
    // Any code stands for 0 where the scale is 0.
    const coded = golden.slices.filter(({ scale }) => scale > 0).flatMap(({ codes }) => codes);
    expect([...tensor.codes].slice(0, coded.length)).toEqual(coded);
    expect([...decode(tensor)].slice(coded.length)).toEqual(new Array(32).fill(0));
  });

  it('costs 4.5 bits a weight in groups of 32 with float16 scales, and its levels once', () => {
    const values = normalValues(256 * 1024, 3).map((value) => 0.05 * value);
    const shape = [256, 1024];
    const tensor = encode(
      values,
      shape,
      { along: 1, group: 32 },
      { ...settings, parameterStorage: 'float16' },
    );
    expect(tensor.parameterStorage).toBe('float16');
    // The sixteen levels themselves are the rest.
    expect(bitsPerWeight(tensor)).toBeCloseTo(4.5, 2);
    expect(decode(unpackTensor(packTensor(tensor)))).toEqual(decode(tensor));
  });

  for (const law of quantizerLaws(nf4(), { equivariant: ['scale'] })) it(law.title, law.run);
  for (const law of forwardLaws(nf4(), arrayOps, (tensor) => tensor)) it(law.title, law.run);
});
