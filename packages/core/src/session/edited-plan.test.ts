import { expect, test } from 'vitest';
import { coarse, memoryPort, type MemoryModel } from '../../test/memory-port.js';
import { isLowbitError } from '../errors/error.js';
import { makePlan } from '../plan/make-plan.js';
import type { QuantizationPlan } from '../contract/plan.js';
import { registry } from '../contract/registry.js';
import { applyPlan } from './apply-plan.js';

const values = Float32Array.from({ length: 64 }, (_, i) => Math.sin(i));
const model: MemoryModel = { first: { shape: [4, 16], values }, second: { shape: [4, 16], values } };
const known = registry([coarse()]);
const { plan } = await makePlan(memoryPort(model), { registry: known });
const float = { bits: 'float' as const, reason: 'by hand' };

async function problemsOf(edited: QuantizationPlan) {
  const error: unknown = await applyPlan(memoryPort(model), edited, known).then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  if (!isLowbitError(error)) throw new Error('no error of lowbit');
  return error.problems;
}

test.each([
  ['no weight', []],
  ["bits 'float' for every weight", plan.weights.map(({ id, layer }) => ({ id, layer, ...float }))],
])('a plan with %s would write a copy', async (received, weights) => {
  expect(await problemsOf({ ...plan, weights })).toMatchObject([{ code: 'nothing-to-quantize', received }]);
});

test('the plan of another port, a wrong layer and a misspelt weight are told together', async () => {
  const [first, second] = plan.weights as [(typeof plan.weights)[0], (typeof plan.weights)[0]];
  const weights = [
    { ...first, layer: 'elsewhere' },
    { ...second, id: 'secnd' },
  ];
  expect(await problemsOf({ ...plan, port: 'other', weights })).toMatchObject([
    { code: 'plan-mismatch', where: 'plan: port', received: "'other'" },
    { code: 'plan-mismatch', where: "plan: 'secnd'", remedy: 'Did you mean second?' },
    {
      code: 'plan-mismatch',
      where: "plan: 'first'",
      expected: `the layer '${first.layer}'`,
      received: "'elsewhere'",
    },
  ]);
});

test('a form that the port cannot take hides nothing else', async () => {
  const [first, ...others] = plan.weights as [(typeof plan.weights)[0], (typeof plan.weights)[0]];
  const weights = [{ ...first, granularity: 'rows' as 'channel' }, ...others] as typeof plan.weights;
  expect(await problemsOf({ ...plan, form: { kind: 'x' }, weights })).toMatchObject([
    { code: 'plan-mismatch', where: 'plan: form {"kind":"x"}' },
    { code: 'plan-invalid', where: "weight 'first'" },
  ]);
});
