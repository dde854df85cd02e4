import { expect, test } from 'vitest';
import { coarse, memoryPort, type MemoryModel } from '../../test/memory-port.js';
import { statisticsCollector } from '../calibration/collector.js';
import type { Calibration } from '../calibration/site-statistics.js';
import type { Batch, ObserveOptions } from '../contract/model-run.js';
import type { LayerDescriptor } from '../contract/descriptors.js';
import type { ModelPort } from '../contract/port.js';
import type { BitwidthPolicy } from '../contract/policy.js';
import type { Quantizer } from '../contract/quantizer.js';
import { registry } from '../contract/registry.js';
import { applyPlan } from './apply-plan.js';
import { quantize } from './quantize.js';
import { defined } from '../contract/defined.js';

const model: MemoryModel = {
  a: { shape: [4, 8], values: Float32Array.from({ length: 32 }, (_, i) => Math.sin(i)) },
};

const batch = (n: number, labels?: readonly number[]): Batch => ({
  inputs: { x: { shape: [2], data: [n, n + 0.5] } },
  ...defined({ labels }),
});
const batches = [batch(1), batch(2), batch(3)];

/** A port that tells what it was asked to observe, and how many batches it has read. */
function observing(site = true) {
  const asked: ObserveOptions['statistics'][] = [];
  const read: number[] = [];
  const port = memoryPort(model);
  const layers = (port.layers() as readonly LayerDescriptor[]).map((layer) => ({
    ...layer,
    sites: site ? [{ id: 'x', tensor: 'x', side: 'input' as const }] : [],
  }));
  const count = async (given: Iterable<Batch> | AsyncIterable<Batch>) => {
    const all: Batch[] = [];
    for await (const one of given) all.push(one);
    read.push(all.length);
    return all;
  };
  const observed: ModelPort<MemoryModel> = {
    ...port,
    supports: { ...port.supports, activations: true },
    layers: () => layers,
    async observe(given, { statistics, onProgress } = {}) {
      asked.push(statistics);
      const collector = statisticsCollector();
      for (const one of await count(given)) collector.add(Float32Array.from(one.inputs['x']!.data));
      onProgress?.({ phase: 'plan', done: 1, total: 1 });
      return {
        format: 'lowbit-calibration',
        version: 1,
        port: 'memory',
        batches: read.at(-1)!,
        sites: { x: collector.finish() },
      } satisfies Calibration;
    },
    async features(given) {
      const labels = (await count(given)).flatMap((one) => [...((one.labels ?? []) as number[])]);
      return { labels, layers: new Map() };
    },
  };
  return { port: observed, asked, read };
}

const inputs = (name: string, members: Partial<Quantizer> = {}): Quantizer => ({
  ...coarse(name),
  roles: ['activation'],
  bits: { activation: [8] },
  options: {},
  fit: (_, { ranges }) => ({ kind: 'affine', levels: 256, scale: (ranges?.max ?? 1) / 255, offset: 0 }),
  ...members,
});

const known = registry([coarse()]);
const unread = (report: { readonly warnings: readonly string[] }) =>
  report.warnings.filter((warning) => warning.startsWith('data: '));

test('what the quantizers need is observed, and nothing more', async () => {
  for (const [members, needed] of [
    [{ needs: 'ranges' }, 'ranges'],
    [{}, 'all'],
  ] as const) {
    const { port, asked, read } = observing();
    const recipe = { registry: known, activations: inputs('seeing', members), data: batches };
    const { report, calibration } = await quantize(port, recipe);
    expect([asked, read]).toEqual([[needed], [3]]);
    expect(calibration?.sites['x']).toMatchObject({ min: 1, max: 3.5 });
    expect(report.activations?.[0]?.fitted?.observed).toEqual({ min: 1, max: 3.5 });
    expect(unread(report)).toEqual([]);
  }
  const { port, asked } = observing();
  const activations = inputs('seeing', { needs: 'ranges' });
  await quantize(port, { registry: known, activations, data: batches }, { statistics: 'all' });
  expect(asked).toEqual(['all']);
});

test('data of a generator are kept, which the report says, and give what a list gives', async () => {
  async function* generated() {
    for (const one of batches) yield await Promise.resolve(one);
  }
  const recipe = { registry: known, activations: inputs('seeing') };
  const ofList = await quantize(observing().port, { ...recipe, data: batches });
  for (const data of [generated(), batches.values()]) {
    const { report, ...others } = await quantize(observing().port, { ...recipe, data });
    expect(unread(report)).toEqual([expect.stringContaining('3 batches were kept in memory') as string]);
    expect({ ...others, report: { ...report, warnings: [] } }).toEqual(ofList);
  }
});

test('data that nothing needs are not touched, and the report says why', async () => {
  const untouched: Iterable<Batch> = {
    [Symbol.iterator]() {
      throw new Error('read');
    },
  };
  const dynamic = inputs('dynamic', { dynamic: 'range' });
  const seeing = inputs('seeing');
  const { calibration } = await quantize(observing().port, {
    registry: known,
    activations: seeing,
    data: batches,
  });
  const reasonOf = async (recipe: object, site = true) => {
    const { port } = observing(site);
    const done = await quantize(port, { registry: known, data: untouched, ...recipe });
    expect(done).not.toHaveProperty('calibration');
    return unread(done.report);
  };
  const because = (why: string) => [expect.stringContaining(`the data were not read, since ${why}`)];
  expect(await reasonOf({})).toEqual(because('weights alone are quantized'));
  expect(await reasonOf({ activations: dynamic })).toEqual(because('ranges are measured on every run'));
  expect(await reasonOf({ activations: seeing, calibration })).toEqual(
    because('there are statistics already'),
  );
  expect(await reasonOf({ activations: seeing }, false)).toEqual(
    because('no layer of the plan takes quantized'),
  );
});

test('policies get the features that they need, where batches have labels', async () => {
  const given: unknown[] = [];
  const policy = (needs?: 'features'): BitwidthPolicy => ({
    kind: 'policy',
    api: 2,
    name: 'looking',
    ...defined({ needs }),
    assign(draft, _, { features }) {
      given.push(features?.labels);
      return draft.map((entry) => ({ ...entry, bits: 4, reason: 'looked' }));
    },
  });
  const labelled = [batch(1, [0, 1]), batch(2, [1, 1])];
  const { port, read } = observing();
  const measured = await quantize(port, {
    registry: known,
    bits: policy('features'),
    data: labelled.values(),
  });
  expect(unread(measured.report)).toEqual([
    expect.stringContaining('2 batches were kept') as string,
    expect.stringContaining("port 'memory' cannot tell here what weights are multiplied with") as string,
  ]);
  await quantize(port, { registry: known, bits: policy('features'), data: batches });
  await quantize(port, { registry: known, bits: policy(), data: labelled });
  const rules = [{ match: { name: 'a' }, bits: policy('features') }];
  await quantize(port, { registry: known, rules, activations: inputs('seeing'), data: labelled });
  expect(given).toEqual([[0, 1, 1, 1], undefined, undefined, [0, 1, 1, 1]]);
  expect(read).toEqual([2, 2, 2]);
});

test('a port looks at all batches where one of them has labels, and tells of those that have none', async () => {
  const { port } = observing();
  const seen: unknown[] = [];
  const features: NonNullable<typeof port.features> = async (batches) => {
    for await (const { labels } of batches) seen.push(labels);
    return { labels: [0], layers: new Map() };
  };
  const policy: BitwidthPolicy = {
    kind: 'policy',
    api: 2,
    name: 'looking',
    needs: 'features',
    assign: (draft) => draft.map((entry) => ({ ...entry, bits: 4, reason: 'looked' })),
  };
  const data = [batch(1), batch(2, [1, 1])];
  await quantize({ ...port, features }, { registry: known, bits: policy, data });
  expect(seen).toEqual([undefined, [1, 1]]);
});

test('a plan is applied with data, a port that cannot run is told, and so is what is no data', async () => {
  const recipe = { registry: known, activations: inputs('seeing'), data: batches };
  const { plan, report } = await quantize(observing().port, recipe);
  const all = registry([coarse(), recipe.activations]);
  expect((await applyPlan(observing().port, plan, all, { data: batches })).report).toEqual(report);
  const still = { ...observing().port };
  delete still.observe;
  await expect(quantize(still, recipe)).rejects.toMatchObject({ code: 'calibration-missing', where: 'data' });
  for (const data of ['photos', batch(1), 3])
    await expect(quantize(observing().port, { ...recipe, data } as never)).rejects.toMatchObject({
      code: 'invalid-argument',
      where: 'recipe.data',
    });
  const promised = { ...recipe, data: Promise.resolve(batches) } as never;
  await expect(quantize(observing().port, promised)).rejects.toThrow(/await/);
});

test('observing is told of and can be cancelled', async () => {
  const signal = { aborted: false };
  const phases = new Set<string>();
  const recipe = { registry: known, activations: inputs('seeing'), data: batches };
  await quantize(observing().port, recipe, { onProgress: ({ phase }) => phases.add(phase) });
  expect([...phases]).toEqual(['plan', 'observe', 'quantize', 'write']);
  const cancelling = quantize(observing().port, recipe, {
    signal,
    onProgress: ({ phase }) => (signal.aborted ||= phase === 'observe'),
  });
  await expect(cancelling).rejects.toMatchObject({ code: 'aborted' });
});

test('statistics of another port are refused', async () => {
  const { port } = observing();
  const calibration = { ...(await port.observe!(batches)), port: 'other' };
  const recipe = { registry: known, activations: inputs('seeing'), calibration };
  await expect(quantize(port, recipe)).rejects.toMatchObject({
    code: 'calibration-invalid',
    where: 'calibration: port',
    received: "'other'",
  });
});
