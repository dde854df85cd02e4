import { readFileSync } from 'node:fs';
import { registry, decode, encode } from '@lowbit/core';
import { chooseQuantizer, seededRandom } from '@lowbit/core/method';
import { describe, expect, it } from 'vitest';
import { absmax, fixedPoint, minMax, mse, percentile } from './index.js';

interface Golden {
  vectors: Record<string, number[]>;
  rows: { method: string; vector: string; bits: number; scale: number; offset: number; codes: number[] }[];
}

const file = new URL('../fixtures/golden.json', import.meta.url);
const golden = JSON.parse(readFileSync(file, 'utf8')) as Golden;
const known = registry([minMax(), absmax(), fixedPoint(), percentile(), mse()]);
const methods = [...new Set(golden.rows.map(({ method }) => method))];

describe.each(methods)('%s equals onnxruntime and numpy', (method) => {
  const { quantizer, options } = chooseQuantizer(method, known);
  const rows = golden.rows.filter((row) => row.method === method);
  it.each(rows)('$vector, $bits bits', ({ vector, bits, scale, offset, codes }) => {
    const values = Float32Array.from(golden.vectors[vector]!);
    const context = { role: 'weight', bits, options, random: seededRandom(0) } as const;
    const tensor = encode(values, [values.length], 'tensor', {
      bits,
      fit: (slice) => quantizer.fit(slice, context),
    });
    const decoded = decode(tensor);
    decoded.forEach((value, i) => {
      const expected = scale * codes[i]! + offset;
      // Permits float32 rounding of the parameters, far less than the step that another code would make.
      expect(Math.abs(value - expected)).toBeLessThan(0.1 * scale);
    });
  });
});
