import { expect, test } from 'vitest';
import { coarse, layerOf, memoryPort, weightOf } from '../../test/memory-port.js';
import { makePlan } from './make-plan.js';
import type { LowbitError } from '../errors/error.js';
import type { LayerDescriptor, SkipNote } from '../contract/descriptors.js';
import { registry } from '../contract/registry.js';
import type { BitwidthPolicy } from '../contract/policy.js';
import { applyPlan } from './apply-plan.js';
import { quantize } from './quantize.js';

const reason = 'quantized already by lowbit: coarse at 4 bits';
const values = () => Float32Array.of(1, -2, 3, 4);
const model = { a: { shape: [2, 2], values: values() }, b: { shape: [2, 2], values: values() } };
const known = registry([coarse()]);
const recipe = { weights: coarse(), bits: 8 };

/** The layers of the model, whose named weights an earlier run has quantized. */
function layersAfter(...before: readonly string[]): LayerDescriptor[] {
  return Object.keys(model).map((id, depth) => {
    const weight = weightOf(model, id);
    const weights = [before.includes(id) ? { ...weight, quantizedBefore: reason } : weight];
    return { ...layerOf(model, id, depth), weights };
  });
}

test('what was quantized before is left, whatever policies and rules say, and reported with its reason', async () => {
  const seen: unknown[] = [];
  const policy: BitwidthPolicy = {
    kind: 'policy',
    api: 2,
    name: 'eager',
    summary: 'eight bits for everything',
    assign: (draft) => {
      seen.push(...draft.map(({ id, bits }) => [id, bits]));
      return draft.map(({ id }) => ({ id, bits: 8, reason: 'eager' }));
    },
  };
  const port = memoryPort(model, layersAfter('a'));
  for (const bits of [8, policy]) {
    const { model: after, report } = await quantize(port, {
      ...recipe,
      bits,
      rules: [{ match: { name: '*' }, bits: 8 }],
    });
    expect(report.weights.map(({ id }) => id)).toEqual(['b']);
    expect(report.skipped).toContainEqual(expect.objectContaining({ subject: 'a', reason }));
    expect(after['a']).toBe(model.a);
  }
  expect(seen).toContainEqual(['a', 'float']);
});

test('where nothing else is left, that is told', async () => {
  await expect(makePlan(memoryPort(model, layersAfter('a', 'b')), recipe)).rejects.toMatchObject({
    code: 'nothing-to-quantize',
    received: reason,
    remedy: expect.stringContaining('float model') as string,
  });
});

test('where no weight is left to describe, what was skipped tells whether it was quantized before', async () => {
  const skipped = { subject: 'a', reason: 'quantized already' };
  const made = (note: SkipNote) =>
    makePlan(memoryPort(model, [{ ...layerOf(model, 'a', 0), weights: [], skipped: [note] }]), recipe);
  await expect(made({ ...skipped, quantizedBefore: true })).rejects.toMatchObject({
    remedy: expect.stringContaining('float model') as string,
  });
  const { remedy } = (await made(skipped).catch((error: unknown) => error)) as LowbitError;
  expect(remedy).not.toMatch(/float model|include/);
});

test('a stored plan that quantizes it is refused; a new one leaves it', async () => {
  const { plan } = await makePlan(memoryPort(model), recipe);
  const port = memoryPort(model, layersAfter('a'));
  await expect(applyPlan(port, plan, known)).rejects.toMatchObject({
    code: 'plan-mismatch',
    where: "plan: 'a'",
    received: `one ${reason}`,
  });
  const { plan: anew } = await makePlan(port, recipe);
  const { report } = await applyPlan(port, anew, known);
  expect(report.weights.map(({ id }) => id)).toEqual(['b']);
});

test('a plan for training may take it', async () => {
  const { plan } = await makePlan(memoryPort(model, layersAfter('a')), recipe, { forTraining: true });
  expect(plan.weights.map(({ bits }) => bits)).toEqual([8, 8]);
});
