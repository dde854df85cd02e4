import { readFileSync } from 'node:fs';
import { registry, decode, encode } from '@lowbit/core';
import { chooseQuantizer, seededRandom } from '@lowbit/core/method';
import { describe, expect, it } from 'vitest';
import { absmax, fixedPoint, minMax, mse, percentile } from './index.js';

interface Golden {
  vectors: Record<string, number[]>;
  errors: { grid: string; vector: string; bits: number; least: number; whole: number }[];
  rows: { method: string; vector: string; bits: number; scale: number; offset: number; codes: number[] }[];
}

const file = new URL('../fixtures/golden.json', import.meta.url);
const golden = JSON.parse(readFileSync(file, 'utf8')) as Golden;
const known = registry([minMax(), absmax(), fixedPoint(), percentile(), mse()]);
const random = seededRandom(0);
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

/** How much larger than that of the best of all ranges an error may be. */
const tolerance = 1.03;

it.each(golden.errors)(
  'mse finds nearly the best of all ranges that numpy tries, or better: $grid, $vector, $bits bits',
  ({ grid, vector, bits, least, whole }) => {
    const values = Float32Array.from(golden.vectors[vector]!);
    const { quantizer, options } = chooseQuantizer(`mse:grid=${grid}`, known);
    const fit = (slice: Float32Array) => quantizer.fit(slice, { role: 'weight', bits, options, random });
    const decoded = decode(encode(values, [values.length], 'tensor', { bits, fit }));
    const error = values.reduce((sum, value, i) => sum + (value - decoded[i]!) ** 2, 0);
    expect(error).toBeLessThan(tolerance * least);
    // As both are rounded to float32.
    expect(error).toBeLessThan(1.00001 * whole);
  },
);
