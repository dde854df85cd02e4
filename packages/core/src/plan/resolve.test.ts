import { expect, test } from 'vitest';
import { coarse, memoryPort, type MemoryModel } from '../../test/memory-port.js';
import type { LayerDescriptor } from '../contract/descriptors.js';
import type { Quantizer } from '../contract/quantizer.js';
import { registry, type Registry } from '../contract/registry.js';
import { applyPlan } from '../session/apply-plan.js';
import { withBits } from './change-plan.js';
import { makePlan } from '../session/make-plan.js';
import type { PlanEntry, QuantizationPlan } from '../contract/plan.js';
import { resolvePlan } from './resolve.js';

const values = Float32Array.from({ length: 64 }, (_, i) => Math.sin(i));
const model: MemoryModel = { a: { shape: [4, 16], values }, b: { shape: [4, 16], values } };
const supports = { parameterStorage: ['float32'], activations: true } as const;

const layers = (memoryPort(model).layers() as readonly LayerDescriptor[]).map((layer) => ({
  ...layer,
  sites: [{ id: `${layer.id}/in`, tensor: 'x', side: 'input' as const }],
}));

const plain = { layer: 'a', quantizer: { name: 'min-max', options: {} }, reason: '' } as const;
const entry = { ...plain, id: 'a', bits: 4, granularity: 'group:8', parameterStorage: 'float32' } as const;
const range: Quantizer = { ...coarse('range'), roles: ['activation'], bits: { activation: [8] } };

function planOf(weights: readonly PlanEntry[], activations?: QuantizationPlan['activations']) {
  const plan = { format: 'lowbit-plan', version: 1, port: 'memory', seed: 7, weights } as const;
  return activations === undefined ? plan : { ...plan, activations };
}

const resolve = (plan: QuantizationPlan) => resolvePlan(plan, layers, registry([coarse(), range]), supports);

test('an entry is resolved with its weight, layer, quantizer, every option and slicing', () => {
  const site = { id: 'layer-b/in', bits: 8, quantizer: { name: 'range', options: {} }, reason: '' };
  const { resolved, problems } = resolve(
    planOf([{ id: 'b', layer: 'layer-b', bits: 'float', reason: '' }, entry], [site]),
  );
  expect(problems).toEqual([]);
  expect(resolved.entries).toEqual([
    expect.objectContaining({
      entry: { ...entry, layer: 'layer-a' },
      weight: layers[0]!.weights[0],
      layer: layers[0],
      options: { stretch: 1 },
      slicing: { along: 1, group: 8 },
    }),
  ]);
  expect(resolved.entries[0]!.quantizer.name).toBe('min-max');
  expect(resolved.sites).toEqual([
    expect.objectContaining({ entry: site, site: layers[1]!.sites[0], quantizer: range }),
  ]);
  expect(resolved.plan.weights.map(({ layer }) => layer)).toEqual(['layer-b', 'layer-a']);
});

test('everything that stands against a plan is told at once, and what is right is resolved all the same', () => {
  const { resolved, problems } = resolve(
    planOf(
      [
        { ...entry, id: 'c', layer: 'c', bits: 3 },
        { ...entry, id: 'b', layer: 'layer-a' },
        { ...entry, granularity: 'row' as 'tensor', parameterStorage: 'float16' },
        entry,
      ],
      [{ id: 'y', bits: 8, quantizer: { name: 'rang', options: {} }, reason: '' }],
    ),
  );
  expect(problems.map(({ code, where }) => [code, where])).toEqual([
    ['plan-mismatch', "plan: 'c'"],
    ['plan-mismatch', "plan: 'b'"],
    ['plan-invalid', "plan: weight 'a'"],
    ['unsupported-bits', "weight 'c', quantizer 'min-max'"],
    ['plan-invalid', "weight 'a'"],
    ['unsupported-storage', "weight 'a'"],
    ['plan-mismatch', "plan: 'y'"],
  ]);
  expect(resolved.entries.map((own) => own.entry.id)).toEqual(['b', 'a']);
});

test('bits that rounds change are those that the quantizer offers', () => {
  const { resolved } = resolve(planOf([entry]));
  const changed = withBits(resolved, new Map([['a', 2]]));
  expect([changed.plan.weights[0]!.bits, changed.entries[0]!.entry.bits]).toEqual([2, 2]);
  const refused = { code: 'unsupported-bits', where: "weight 'a', quantizer 'min-max'", received: '3' };
  expect(() => withBits(resolved, new Map([['a', 3]]))).toThrow(expect.objectContaining(refused) as Error);
});

test('each name of a plan is looked up once, and its model is described once', async () => {
  const { plan } = await makePlan(memoryPort(model), { registry: registry([coarse()]), bits: 4 });
  const known = registry([coarse()]);
  let [named, described] = [0, 0];
  const counting: Registry = { ...known, find: (kind, name) => (named++, known.find(kind, name)) };
  const port = memoryPort(model);
  await applyPlan({ ...port, layers: () => (described++, port.layers()) }, plan, counting);
  expect([named, described]).toEqual([plan.weights.length, 1]);
});
