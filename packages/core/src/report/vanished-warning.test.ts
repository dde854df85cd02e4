import { expect, test } from 'vitest';
import { coarse, memoryPort } from '../../test/memory-port.js';
import { registry } from '../contract/registry.js';
import type { SliceParameters } from '../scheme/types.js';
import { quantize } from '../session/quantize.js';

/** What the report warns of where the slices of a weight have these parameters. */
async function warningsFor(values: readonly number[], parameters: SliceParameters) {
  const model = { a: { shape: [2, values.length / 2], values: Float32Array.from(values) } };
  const fitted = { ...coarse(), fit: () => parameters };
  const { report } = await quantize(memoryPort(model), { registry: registry([fitted]), bits: 4 });
  return report.weights[0]!.warnings;
}

test('slices whose values vanish are told, whatever the scheme', async () => {
  const subnormal = [1e-45, 0, -3e-45, 2e-45];
  const warning = '2 slices become zeros: float32 has no step for values of at most 2.8e-45';
  const none: SliceParameters[] = [
    { kind: 'affine', levels: 16, scale: 0, offset: 0 },
    { kind: 'codebook', values: Float32Array.of(0, 0) },
    { kind: 'residual', scales: Float32Array.of(0) },
  ];
  for (const parameters of none) expect(await warningsFor(subnormal, parameters)).toContain(warning);
});

test('zeros do not vanish', async () => {
  expect(await warningsFor([0, 0, 0, 0], { kind: 'affine', levels: 16, scale: 0, offset: 0 })).toEqual([]);
});
