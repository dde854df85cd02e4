import { expect, test } from 'vitest';
import { coarse, memoryPort, type MemoryModel } from '../../test/memory-port.js';
import { LowbitError } from '../errors/error.js';
import type { ModelPort } from '../contract/port.js';
import { registry } from '../contract/registry.js';
import { applyPlan } from '../session/apply-plan.js';
import { makePlan } from '../session/make-plan.js';
import { parsePlan } from './parse-plan.js';
import type { PortForm } from '../contract/plan.js';

const values = Float32Array.from({ length: 64 }, (_, i) => Math.sin(i));
const model: MemoryModel = { a: { shape: [4, 16], values } };
const known = registry([coarse()]);
const written: string[] = [];

/** A port that has two forms. */
function formed(kind: 'wide' | 'narrow'): ModelPort<MemoryModel> {
  const port = memoryPort(model);
  return {
    ...port,
    form: { kind },
    inForm({ kind: wanted }: PortForm) {
      if (wanted === 'wide' || wanted === 'narrow') return formed(wanted);
      throw new LowbitError({ code: 'plan-mismatch', where: `form ${wanted}` });
    },
    write(outcome) {
      written.push(kind);
      return port.write(outcome);
    },
  };
}

const planOf = async (port: ModelPort<MemoryModel>) => (await makePlan(port, { registry: known })).plan;

test('a plan is applied in the form that it was made with', async () => {
  const plan = await planOf(formed('narrow'));
  expect(plan.form).toEqual({ kind: 'narrow' });
  const stored = parsePlan(JSON.parse(JSON.stringify(plan)), 'plan.json');
  await applyPlan(formed('wide'), stored, known);
  await applyPlan(formed('wide'), await planOf(formed('wide')), known);
  expect(written).toEqual(['narrow', 'wide']);
});

test('plans without a form are applied as the port is', async () => {
  const plan = await planOf(memoryPort(model));
  expect(plan).not.toHaveProperty('form');
  written.length = 0;
  await applyPlan(formed('narrow'), plan, known);
  expect(written).toEqual(['narrow']);
});

test('a form that the port cannot take is told', async () => {
  const plan = await planOf(formed('wide'));
  const mismatch = { code: 'plan-mismatch' };
  await expect(applyPlan(memoryPort(model), plan, known)).rejects.toMatchObject(mismatch);
  const strange = { ...plan, form: { kind: 'round' } };
  await expect(applyPlan(formed('wide'), strange, known)).rejects.toMatchObject(mismatch);
  for (const form of [{ kind: 1 }, 'wide', null, ['wide']])
    expect(() => parsePlan({ ...plan, form }, 'plan.json')).toThrow(/form/);
});
