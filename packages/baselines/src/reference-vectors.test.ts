import { readFileSync } from 'node:fs';
import { registry, encode } from '@lowbit/core';
import {
  arrayOps,
  chooseQuantizer,
  forwardOf,
  seededRandom,
  siteParameters,
  type Role,
} from '@lowbit/core/method';
import { describe, expect, it } from 'vitest';
import { bwn, dorefa, ternary, twn } from './index.js';

interface Reference {
  w: number[];
  bwn: { alpha: number; value: number[] };
  twn_07: { delta: number; alpha: number; value: number[] };
  ternary_exact_L2: { alpha: number; code: number[] };
  dorefa_w: Record<string, number[]>;
  act_x: number[];
  dorefa_a_2: number[];
}

const file = new URL('../fixtures/reference-vectors.json', import.meta.url);
const reference = JSON.parse(readFileSync(file, 'utf8')) as Reference;
const known = registry([bwn(), twn(), ternary(), dorefa()]);

/** What a running network makes of the values. */
function quantized(method: string, bits: number, values: readonly number[], role: Role = 'weight') {
  const { quantizer, options } = chooseQuantizer(method, known);
  const fit = (slice: Float32Array) => quantizer.fit(slice, { role, bits, options, random: seededRandom(0) });
  const shape = [1, values.length];
  const { scheme } = encode(Float32Array.from(values), shape, 'tensor', { bits, fit });
  const site = { role, bits, options, parameters: siteParameters(arrayOps, scheme, 1) };
  return forwardOf(quantizer)(arrayOps, { shape, data: Float32Array.from(values) }, site).data;
}

/** Permits the float32 rounding of the weights and of the levels. */
function expectValues(received: Float32Array, expected: readonly number[]): void {
  received.forEach((value, i) => expect(Math.abs(value - expected[i]!)).toBeLessThan(1e-6));
}

describe('the reference vectors', () => {
  it('binary weights with a scale', () => {
    expectValues(quantized('bwn', 1, reference.w), reference.bwn.value);
  });

  it('ternary weights by threshold', () => {
    expectValues(quantized('twn', 2, reference.w), reference.twn_07.value);
  });

  it('the ternary optimum', () => {
    const { alpha, code } = reference.ternary_exact_L2;
    expectValues(
      quantized('ternary', 2, reference.w),
      code.map((sign) => alpha * sign),
    );
  });

  it.each([1, 2, 3, 4])('DoReFa weights, %i bits', (bits) => {
    expectValues(quantized('dorefa:scale=paper', bits, reference.w), reference.dorefa_w[bits]!);
  });

  it('DoReFa activations, 2 bits', () => {
    expectValues(quantized('dorefa:scale=paper', 2, reference.act_x, 'activation'), reference.dorefa_a_2);
  });
});
