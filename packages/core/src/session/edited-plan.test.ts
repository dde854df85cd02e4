import { expect, test } from 'vitest';
import { coarse, memoryPort, type MemoryModel } from '../../test/memory-port.js';
import { isLowbitError } from '../errors/error.js';
import { makePlan } from './make-plan.js';
import type { QuantizationPlan } from '../contract/plan.js';
import { parsePlan } from '../plan/parse-plan.js';
import { storedPlan } from '../plan/stored-plan.js';
import { registry } from '../contract/registry.js';
import { applyPlan } from './apply-plan.js';

const values = Float32Array.from({ length: 64 }, (_, i) => Math.sin(i));
const model: MemoryModel = { first: { shape: [4, 16], values }, second: { shape: [4, 16], values } };
const known = registry([coarse()]);
const { plan } = await makePlan(memoryPort(model), { registry: known });
const float = { bits: 'float' as const, reason: 'by hand' };

const problemsOf = (edited: QuantizationPlan) =>
  problemsOfCall(() => applyPlan(memoryPort(model), edited, known));

async function problemsOfCall(call: () => Promise<unknown>) {
  const error: unknown = await call().then(
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
  const weights = [{ ...first, bits: 3 }, ...others] as typeof plan.weights;
  expect(await problemsOf({ ...plan, form: { kind: 'x' }, weights })).toMatchObject([
    { code: 'plan-mismatch', where: 'plan: form {"kind":"x"}' },
    { code: 'unsupported-bits', where: "weight 'first', quantizer 'min-max'" },
  ]);
});

const [first] = plan.weights as [(typeof plan.weights)[0]];
const short = storedPlan(plan);

test.each<[string, object]>([
  ['a quantizer that is a text', { ...plan, weights: [{ ...first, quantizer: 'nf4' }] }],
  ['a weight that is none', { ...plan, weights: [null] }],
  ['no form', { ...plan, form: null }],
  ['no list of activations', { ...plan, activations: null }],
  ['another version', { ...plan, version: 0 }],
  ['another format', { ...plan, format: 'lowbit-plans' }],
  ['a misspelt member', { ...plan, weights: [{ ...first, granulatity: 'tensor' }] }],
  ['an index below 0 in its short form', { ...short, weights: [0, 'first', -1, 'second'] }],
  ['an index that is no whole number', { ...short, weights: [0, 'first', 1.5, 'second'] }],
])('a plan that was not parsed is refused as parsing refuses it: %s', async (_, edited) => {
  for (const apply of [
    () => problemsOf(edited as QuantizationPlan),
    async () => problemsOfCall(async () => parsePlan(edited, 'plan')),
  ])
    expect((await apply()).map(({ code }) => code)).toContain('plan-invalid');
});

test('the short form that models store is applied as it is', async () => {
  const applied = await applyPlan(memoryPort(model), short as never, known);
  expect(applied.plan).toEqual(plan);
});
