import { expect, it } from 'vitest';
import { coarse, layerOf, memoryPort, type MemoryModel } from '../../test/memory-port.js';
import { byName, byOp, cascade, ends, everywhere, makePlan, type Recipe, registry } from '../index.js';
import type { Quantizer } from '../method.js';
import { budget, float } from '../policy.js';

const values = Float32Array.of(1, 2, 3, 4, 5, 6, 7, 8);
const model: MemoryModel = Object.fromEntries(['a', 'b', 'c'].map((id) => [id, { shape: [2, 4], values }]));
const ops = { a: 'Conv', b: 'Conv', c: 'Gemm' };
const layers = Object.entries(ops).map(([id, op], depth) => ({
  ...layerOf(model, id, depth, op),
  sites: [{ id: `in-${id}`, tensor: id, side: 'input' as const }],
}));
const plain = memoryPort(model, layers);
const port = { ...plain, supports: { ...plain.supports, activations: true } };
const both = (name: string): Quantizer => ({
  ...coarse(name),
  roles: ['weight', 'activation'],
  bits: { weight: [2, 4, 8], activation: [2, 3, 4, 6, 8] },
});
const known = registry([both('min-max'), both('other')]);

async function sitesOf(recipe: Recipe) {
  const made = { registry: known, activations: 'min-max', ...recipe };
  const { plan } = await makePlan(port, made);
  return Object.fromEntries(plan.activations!.map(({ id, bits }) => [id, bits]));
}

it('sites get bits from policies, by their names and those of their layers', async () => {
  const policy = cascade(everywhere(6), byOp({ Conv: 4 }), ends(8), byName({ 'layer-b': 3 }));
  expect(await sitesOf({ activationBits: policy })).toEqual({ 'in-a': 8, 'in-b': 3, 'in-c': 8 });
  expect(await sitesOf({ activationBits: byName({ 'in-*': 2 }) })).toEqual({
    'in-a': 2,
    'in-b': 2,
    'in-c': 2,
  });
  expect(await sitesOf({ activationBits: 'weights', bits: 4 })).toEqual({ 'in-a': 4, 'in-b': 4, 'in-c': 4 });
});

it('a site that a policy leaves float is not in the plan, nor are those whose weights stay float', async () => {
  const left = { activationBits: cascade(everywhere(4), float('in-a')), exclude: ['c'] };
  expect(await sitesOf(left)).toEqual({ 'in-b': 4 });
});

it('a policy may name the quantizer of a site; the reason is its own', async () => {
  const activationBits = cascade(everywhere(4), byName({ 'in-b': 8 }, { weights: 'other' }));
  const { plan } = await makePlan(port, { registry: known, activations: 'min-max', activationBits });
  expect(plan.activations!.map(({ quantizer, reason }) => [quantizer.name, reason])).toEqual([
    ['min-max', '4 bits everywhere'],
    ['other', 'name matches in-b'],
    ['min-max', '4 bits everywhere'],
  ]);
});

it('what cannot decide about sites is told', async () => {
  const recipe = { registry: known, activations: 'min-max' };
  await expect(makePlan(port, { ...recipe, activationBits: 'nobody' })).rejects.toMatchObject({
    code: 'unknown-plugin',
  });
  const spending = { ...recipe, activationBits: budget({ bytes: 9 }) };
  await expect(makePlan(port, spending)).rejects.toMatchObject({ where: 'recipe.activationBits' });
  const alone = { registry: known, activationBits: everywhere(4) };
  await expect(makePlan(port, alone)).rejects.toMatchObject({ where: 'recipe.activationBits' });
  await expect(makePlan(port, { ...recipe, activationBits: [4] as never })).rejects.toMatchObject({
    code: 'invalid-argument',
  });
});
