import { expect, test } from 'vitest';
import { coarse, memoryPort } from '../../test/memory-port.js';
import { registry } from '../contract/registry.js';
import { applyPlan } from '../session/apply-plan.js';
import { makePlan } from '../session/make-plan.js';
import { parsePlan } from './parse-plan.js';
import type { QuantizationPlan, QuantizedEntry } from '../contract/plan.js';
import { storedPlan } from './stored-plan.js';

const entry = (id: string): QuantizedEntry => ({
  id,
  layer: id,
  bits: 4,
  quantizer: { name: 'min-max', options: { zeroPoint: 'integer', levels: 'full' } },
  instead: { zeroPoint: 'auto' },
  granularity: 'group:32',
  parameterStorage: 'float32',
  reason: '4 bits everywhere; zeroPoint=integer for MatMulNBits',
});
const { quantizer } = entry('');
const plan: QuantizationPlan = {
  format: 'lowbit-plan',
  version: 1,
  port: 'memory',
  seed: 3,
  weights: [
    entry('a'),
    entry('b'),
    { id: 'c', layer: 'c', bits: 'float', reason: 'excluded' },
    entry('d'),
    { ...entry('e'), bits: 8, parameterStorage: { kind: 'two-level', bits: 6 } },
  ],
  activations: [
    { id: 'a', bits: 8, quantizer, reason: 'all' },
    { id: 'b', bits: 8, quantizer, reason: 'all' },
  ],
  biases: [
    { layer: 'a', reason: 'all' },
    { layer: 'b', reason: 'all' },
  ],
  form: { target: 'any' },
};
const copy = (value: unknown): unknown => JSON.parse(JSON.stringify(value));

test('a stored plan is the plan again, in its order', () => {
  expect(parsePlan(copy(storedPlan(plan)), 'plan.json')).toEqual(plan);
  const { format, version, port, seed, weights } = plan;
  const least = { format, version, port, seed, weights };
  expect(parsePlan(copy(storedPlan(least)), 'plan.json')).toEqual(least);
});

test('a weight more costs its name', () => {
  const many = (count: number) => ({
    ...plan,
    weights: Array.from({ length: count }, (_, i) => entry(`w${i}`)),
  });
  const length = (count: number) => JSON.stringify(storedPlan(many(count))).length;
  expect(length(99) - length(98)).toBe('"w98",'.length);
});

test.each([
  ['kinds that do not exist', { weights: [9, 'a'] }, 'weights[0].reason'],
  ['no kind', { weights: ['a'] }, 'weights[0].bits'],
  ['ids that are none', { weights: [0, ['a']] }, 'weights[0].id'],
  ['no list of weights', { weights: 'a' }, 'weights'],
  ['no kinds', { kinds: undefined }, 'version'],
  [
    'a kind with an unknown member',
    { kinds: [{ bit: 4, bits: 'float', reason: '' }], weights: [0, 'a'] },
    'weights[0]',
  ],
  ['a newer form', { version: 3 }, 'version'],
])('a stored plan with %s is told as that', (_, change, where) => {
  const broken = copy({ ...storedPlan(plan), activations: undefined, ...change });
  expect(() => parsePlan(broken, 'plan.json')).toThrow(`plan.json: ${where}`);
});

test('the layers of a stored plan are those of the model that it is applied to', async () => {
  const values = { shape: [2, 4], values: Float32Array.of(1, 2, 3, 4, 5, 6, 7, 8) };
  const port = memoryPort({ a: values, b: values });
  const layers = (await port.layers()).map((layer) => ({ ...layer, id: `layer of ${layer.id}` }));
  const named = { ...port, layers: () => layers };
  const known = registry([coarse()]);
  const recipe = { registry: known, bits: 4, weights: coarse() };
  const { plan } = await makePlan(named, recipe);
  const made = { plan: { ...plan, biases: layers.map(({ id }) => ({ layer: id, reason: 'all' })) } };
  const short = storedPlan(made.plan);
  expect(short.biases).toEqual([1, true]);
  const stored = parsePlan(copy(short), 'plan.json');
  const [first, again] = await Promise.all([made.plan, stored].map((plan) => applyPlan(named, plan, known)));
  expect(again!.plan).toEqual(made.plan);
  expect(again!.report.weights).toEqual(first!.report.weights);
});
