import { readFileSync } from 'node:fs';
import { registry, decode, encode } from '@lowbit/core';
import {
  arrayOps,
  backwardOf,
  chooseQuantizer,
  forwardOf,
  seededRandom,
  siteParameters,
  type Role,
} from '@lowbit/core/method';
import { describe, expect, it } from 'vitest';
import { bnn, bwn, dorefa, ternary, twn, xnor } from './index.js';

interface Row {
  method: string;
  role: Role;
  bits: number;
  vector: string;
  values: number[];
  gradient: number[];
}

interface Golden {
  vectors: Record<string, number[]>;
  upstream: Record<string, number[]>;
  rows: Row[];
}

const file = new URL('../fixtures/golden-training.json', import.meta.url);
const golden = JSON.parse(readFileSync(file, 'utf8')) as Golden;
const known = registry([bnn(), bwn(), xnor(), twn(), ternary(), dorefa()]);
const methods = [...new Set(golden.rows.map(({ method }) => method))];

function computed({ method, role, bits, vector }: Row) {
  const { quantizer, options } = chooseQuantizer(method, known);
  const values = Float32Array.from(golden.vectors[vector]!);
  const shape = [1, values.length];
  const context = { role, bits, options, random: seededRandom(0) };
  const tensor = encode(values, shape, 'tensor', { bits, fit: (slice) => quantizer.fit(slice, context) });
  const site = { role, bits, options, parameters: siteParameters(arrayOps, tensor.scheme, 1) };
  const upstream = { shape, data: Float32Array.from(golden.upstream[vector]!) };
  const x = { shape, data: values };
  const gradient = backwardOf(quantizer)(arrayOps, x, upstream, site).x;
  const forward = forwardOf(quantizer)(arrayOps, x, site);
  return { decoded: decode(tensor), forward: forward.data, gradient: gradient.data };
}

/** Permits float32 arithmetic: each result is a few sums and products of numbers up to the largest one. */
function expectClose(received: Float32Array, expected: readonly number[]): void {
  const permitted = 2 ** -20 * Math.max(...expected.map(Math.abs));
  received.forEach((value, i) => expect(Math.abs(value - expected[i]!)).toBeLessThanOrEqual(permitted));
}

describe.each(methods)('%s equals PyTorch', (method) => {
  const rows = golden.rows.filter((row) => row.method === method);
  it.each(rows)('$role, $bits bits, $vector', (row) => {
    const { decoded, forward, gradient } = computed(row);
    expectClose(decoded, row.values);
    expectClose(forward, row.values);
    expectClose(gradient, row.gradient);
  });
});
