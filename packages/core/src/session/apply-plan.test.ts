import { expect, test } from 'vitest';
import { registry } from '../contract/registry.js';
import { applyPlan } from './apply-plan.js';

const port = { name: 'memory', supports: {}, layers: () => [], write: () => undefined } as never;
const plan = { format: 'lowbit-plan', version: 1, port: 'memory', seed: 0, weights: [] };

test.each<[string, unknown, unknown, object]>([
  ['a promise', Promise.resolve(plan), registry([]), { received: 'a promise' }],
  ['a text', JSON.stringify(plan), registry([]), { received: 'a text' }],
  ['what makePlan gives', { plan, registry: registry([]) }, registry([]), { expected: 'a plan' }],
  ['nothing', undefined, registry([]), { received: 'undefined' }],
  ['no registry', plan, undefined, { expected: 'a registry of plugins' }],
  ['a list as registry', plan, [], { received: 'a list' }],
])('%s is told with what to write', async (_, given, known, told) => {
  await expect(applyPlan(port, given as never, known as never)).rejects.toMatchObject({
    code: 'invalid-argument',
    where: 'applyPlan(port, plan, registry)',
    ...told,
  });
});
