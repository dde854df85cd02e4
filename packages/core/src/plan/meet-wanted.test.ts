import { expect, test } from 'vitest';
import { coarse, memoryPort, type MemoryModel } from '../../test/memory-port.js';
import type { WantedForm } from '../contract/descriptors.js';
import type { Recipe } from '../contract/recipe.js';
import type { Quantizer } from '../contract/quantizer.js';
import { registry } from '../contract/registry.js';
import { makePlan } from '../session/make-plan.js';
import type { QuantizedEntry } from '../contract/plan.js';

const model: MemoryModel = { a: { shape: [4, 64], values: new Float32Array(256) } };

/** A quantizer that has integer zero points by an option, and no symmetric grid. */
const gridded = (configured = {}): Quantizer => ({
  ...coarse(),
  options: { zero: { type: 'choice', default: 'real', values: ['real', 'integer'], help: 'how' } },
  configured,
  grids: { 'zero-point': { zero: 'integer' } },
});

async function entryOf(wanted: WantedForm | undefined, recipe: Recipe = {}) {
  const asked: unknown[] = [];
  const port = memoryPort(model);
  const layers = (await port.layers()).map((layer) => ({
    ...layer,
    weights: layer.weights.map((weight) => ({
      ...weight,
      wants: (entry: unknown) => {
        asked.push(entry);
        return wanted;
      },
    })),
  }));
  const known = registry([gridded()]);
  const { plan } = await makePlan({ ...port, layers: () => layers }, { registry: known, bits: 4, ...recipe });
  const { quantizer, granularity, instead, reason } = plan.weights[0] as QuantizedEntry;
  return { asked, options: quantizer.options, instead, granularity, reason };
}

const packed: WantedForm = { form: 'Packed', grid: 'zero-point', granularity: 'group:32' };

test('a plan takes the grid and the granularity that the packed form wants, and says so', async () => {
  expect(await entryOf(packed)).toEqual({
    asked: [
      { bits: 4, granularity: 'channel', activations: false },
      // Of what was decided: that is what its grid must keep.
      { bits: 4, granularity: 'group:32', activations: false },
    ],
    options: { zero: 'integer' },
    instead: { zero: 'real' },
    granularity: 'group:32',
    reason: '4 bits everywhere; zero=integer and group:32 for Packed',
  });
  const plain = { options: { zero: 'real' }, granularity: 'channel', reason: '4 bits everywhere' };
  expect(await entryOf(undefined)).toMatchObject(plain);
  expect(await entryOf({ form: 'Any' })).toMatchObject(plain);
});

test('what was chosen wins, and the reason names what would pack', async () => {
  const kept = (by: string) => `4 bits everywhere; as chosen; Packed would take it with ${by}`;
  const real = { options: { zero: 'real' }, granularity: 'channel' };
  const both = kept('zero=integer and group:32');
  for (const weights of ['min-max:zero=real', gridded({ zero: 'real' })])
    expect(await entryOf(packed, { weights })).toMatchObject({ ...real, reason: both });
  expect(await entryOf(packed, { granularity: 'channel' })).toMatchObject({ ...real, reason: both });
  const rules = [{ match: { name: 'a' }, granularity: 'tensor' }] as const;
  expect((await entryOf(packed, { rules })).granularity).toBe('tensor');
});

test('what was chosen and is what the form wants needs no words', async () => {
  const chosen: Recipe = { weights: 'min-max:zero=integer', granularity: 'group:32' };
  expect((await entryOf(packed, chosen)).reason).toBe('4 bits everywhere');
  const half = await entryOf(packed, { granularity: 'group:32' });
  expect(half).toMatchObject({
    options: { zero: 'integer' },
    reason: '4 bits everywhere; zero=integer for Packed',
  });
});

test('a quantizer without such a grid stays as it is, and the reason says that it has none', async () => {
  const symmetric: WantedForm = { form: 'Packed', grid: 'symmetric', granularity: 'group:32' };
  expect(await entryOf(symmetric)).toMatchObject({
    options: { zero: 'real' },
    granularity: 'channel',
    reason: '4 bits everywhere; min-max has no symmetric grid for Packed',
  });
});

test('every declared grid is even, and a quantizer that declares none keeps its granularity', async () => {
  const even: WantedForm = { form: 'Even', grid: 'even', granularity: 'tensor' };
  expect(await entryOf(even)).toMatchObject({
    options: { zero: 'real' },
    granularity: 'tensor',
    reason: '4 bits everywhere; tensor for Even',
  });
  const others: Quantizer = { ...coarse(), options: gridded().options ?? {} };
  expect(await entryOf(even, { weights: others, registry: registry([others]) })).toMatchObject({
    granularity: 'channel',
    reason: '4 bits everywhere; min-max has no even grid for Even',
  });
  const byOption = { ...gridded(), grids: { even: { zero: 'integer' } } };
  expect(await entryOf(even, { weights: byOption, registry: registry([byOption]) })).toMatchObject({
    options: { zero: 'integer' },
    granularity: 'tensor',
  });
});

test('a symmetric grid has zero points too', async () => {
  const wanted: WantedForm = { form: 'Packed', grid: 'zero-point' };
  const grids = { 'zero-point': { zero: 'integer' }, symmetric: { zero: 'symmetric' } };
  const weights: Quantizer = {
    ...gridded({ zero: 'symmetric' }),
    grids,
    options: {
      zero: { type: 'choice', default: 'real', values: ['real', 'integer', 'symmetric'], help: '' },
    },
  };
  expect(await entryOf(wanted, { weights, registry: registry([weights]) })).toMatchObject({
    options: { zero: 'symmetric' },
    reason: '4 bits everywhere',
  });
});
