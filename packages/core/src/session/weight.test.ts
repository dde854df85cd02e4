import { expect, test } from 'vitest';
import { coarse, memoryPort } from '../../test/memory-port.js';
import { planPrepared, prepare } from '../plan/make-plan.js';
import type { ResolvedEntry } from '../contract/resolved-plan.js';
import { registry } from '../contract/registry.js';
import { measureError } from '../report/measure.js';
import { decode } from '../scheme/decode.js';
import { encode } from '../scheme/encode.js';
import type { ChooseCodes } from '../scheme/nearest.js';
import { codeWeight, fitWeight, weightRow } from './weight.js';

const values = Float32Array.from({ length: 32 }, (_, i) => Math.sin(i));
const known = registry([coarse()]);

async function planned(): Promise<ResolvedEntry> {
  const port = memoryPort({ a: { shape: [4, 8], values } });
  const { resolved } = planPrepared(port, await prepare(port, { registry: known, bits: 4 }));
  return resolved.entries[0]!;
}

test('the nearest codes of a fitted scheme are those that encoding gives', async () => {
  const one = await planned();
  const { tensor } = codeWeight(one, values, fitWeight(one, values));
  const fit = (slice: Float32Array) => coarse().fit(slice, { bits: 4, options: { stretch: 1 } } as never);
  expect(tensor).toEqual(encode(values, [4, 8], { axes: [0] }, { bits: 4, fit }));
});

test('codes can be chosen by something else than nearness, and the row tells their error', async () => {
  const one = await planned();
  const fitted = fitWeight(one, values);
  const middle: ChooseCodes = (scheme, { length }) =>
    new Uint8Array(length).fill(scheme.kind === 'affine' ? scheme.levels >> 1 : 0);
  const coded = codeWeight(one, values, fitted, middle);
  expect(decode(coded.tensor)).toEqual(new Float32Array(32));
  const row = weightRow(one, values, coded, true);
  expect(row.error).toEqual(measureError(values, new Float32Array(32)));
});
