import { describe, expect, test } from 'vitest';
import { coarse, memoryPort, type MemoryModel } from '../../test/memory-port.js';
import { momentsCollector } from '../calibration/moments.js';
import { isHeldOut } from '../calibration/held-out.js';
import type { ObserveInputsOptions } from '../contract/observed-inputs.js';
import type { Batch } from '../contract/model-run.js';
import type { BitwidthPolicy } from '../contract/policy.js';
import type { ModelPort } from '../contract/port.js';
import type { Recipe } from '../contract/recipe.js';
import { registry } from '../contract/registry.js';
import type { Rounder, RoundingContext } from '../contract/rounder.js';
import { seededRandom } from '../numeric/random.js';
import { applyPlan } from './apply-plan.js';
import { quantize } from './quantize.js';

const inputs = 16;
const random = seededRandom(1);
const values = (count: number) => Float32Array.from({ length: count }, () => random() - 0.5);
const model: MemoryModel = {
  a: { shape: [4, inputs], values: values(4 * inputs) },
  b: { shape: [3, inputs], values: values(3 * inputs) },
};

/** Ten samples whose inputs lie around 1, so that errors of one sign add up. */
const data: readonly Batch[] = Array.from({ length: 10 }, () => ({
  inputs: { x: { shape: [1, inputs], data: values(inputs).map((x) => 1 + x) } },
}));

/** A port whose weights all take x, and what it was asked. */
function observing(unknown: ReadonlyMap<string, string> = new Map()) {
  const asked: (readonly string[])[] = [];
  const port: ModelPort<MemoryModel> = {
    ...memoryPort(model),
    async observeInputs(batches, { weights }: ObserveInputsOptions) {
      asked.push(weights);
      const [seen, heldOut] = [momentsCollector(inputs), momentsCollector(inputs)];
      let sample = 0;
      for await (const batch of batches) {
        const collector = isHeldOut(sample++, data.length) ? heldOut : seen;
        collector.add(Float32Array.from(batch.inputs['x']!.data));
      }
      const group = { seen: seen.moments(), heldOut: heldOut.moments() };
      const known = weights.filter((id) => !unknown.has(id));
      return { inputs: new Map(known.map((id) => [id, { groups: [group] }])), unknown };
    },
  };
  return { port, asked };
}

/** Rounds so that the sum of the errors of a channel stays near 0. */
const carrying: Rounder = {
  kind: 'rounder',
  api: 2,
  name: 'carrying',
  needs: ['gram'],
  options: { start: { type: 'number', default: 0, help: 'what is carried into a channel' } },
  round(rows, scheme, { nearest, layout, options }) {
    if (scheme.kind !== 'affine') return nearest;
    const codes = nearest.slice();
    for (let channel = 0; channel < layout.channels; channel++) {
      let carried = Number(options['start']);
      for (let i = channel * layout.inputs; i < (channel + 1) * layout.inputs; i++) {
        const scale = scheme.scale[layout.slices[i]!]!;
        const middle = (scheme.levels - 1) / 2;
        const code = Math.round((rows[i]! + carried) / scale + middle);
        codes[i] = Math.min(Math.max(code, 0), scheme.levels - 1);
        carried += rows[i]! - scale * (codes[i]! - middle);
      }
    }
    return codes;
  },
};

const changed = (round: Rounder['round'], needs: Rounder['needs'] = ['gram']): Rounder => ({
  ...carrying,
  needs,
  round,
});

const recipe = (rounding: Recipe['rounding']): Recipe => ({
  weights: coarse(),
  bits: 2,
  data,
  ...(rounding === undefined ? {} : { rounding }),
});

const withoutData = (rounding: Rounder): Recipe => ({ weights: coarse(), bits: 2, rounding });

/** Mean squared error of the outputs of a weight, over all samples. */
function outputError(result: MemoryModel, id: string): number {
  const [before, after] = [model[id]!.values, result[id]!.values];
  let sum = 0;
  for (const { inputs: given } of data)
    for (let row = 0; row < before.length; row += inputs) {
      let off = 0;
      for (let i = 0; i < inputs; i++) off += (after[row + i]! - before[row + i]!) * given['x']!.data[i]!;
      sum += off ** 2;
    }
  return sum;
}

describe('a rounder', () => {
  test('that looks at nothing is compared with the nearest levels all the same, where there are data', async () => {
    const worst: Rounder = {
      kind: 'rounder',
      api: 2,
      name: 'worst',
      needs: [],
      round: (_, __, { nearest }) => nearest.map((code) => (code === 0 ? 1 : 0)),
    };
    const { port } = observing();
    const nearest = await quantize(port, recipe(undefined));
    const { model: result, report } = await quantize(port, recipe(worst));
    for (const id of ['a', 'b'])
      expect(outputError(result, id)).toBeLessThanOrEqual(outputError(nearest.model, id));
    expect(report.weights[0]!.rounding!.channelsKept).toBeGreaterThan(0);
    await expect(quantize(memoryPort(model), withoutData(worst))).resolves.toBeDefined();
  });

  test('chooses the codes of every weight, which is planned, told and applied again', async () => {
    const { port, asked } = observing();
    const nearest = await quantize(port, recipe(undefined));
    const { model: result, plan, report } = await quantize(port, recipe(carrying));
    expect(asked).toEqual([['a', 'b']]);
    for (const id of ['a', 'b']) expect(outputError(result, id)).toBeLessThan(outputError(nearest.model, id));
    expect(plan.weights[0]).toMatchObject({ rounding: { name: 'carrying', options: { start: 0 } } });
    expect(report.weights[0]).toMatchObject({
      rounding: { rounder: 'carrying', rows: 8, channelsKept: expect.any(Number) },
      reason: expect.stringMatching(
        /rounded by carrying: outputs off by \d+\.\d dB less, -?\d+\.\d on samples kept back/,
      ),
    });
    expect(report.weights[0]!.rounding!.gainDb).toBeGreaterThan(1);
    expect(report.warnings.filter((warning) => warning.startsWith('data:'))).toEqual([]);

    const known = registry([coarse(), carrying]);
    const again = await applyPlan(port, JSON.parse(JSON.stringify(plan)), known, { data });
    expect(again.model).toEqual(result);
  });

  test('is named by recipes, rules and policies; nearest is none', async () => {
    const { port, asked } = observing();
    const known = registry([coarse(), carrying]);
    const roundings = async (own: Partial<Recipe>) => {
      const { plan } = await quantize(port, { bits: 2, data, registry: known, ...own });
      return plan.weights.map((entry) =>
        entry.bits === 'float' ? 'float' : entry.rounding?.options['start'],
      );
    };
    expect(await roundings({ rounding: 'nearest' })).toEqual([undefined, undefined]);
    expect(asked).toEqual([]);
    expect(await roundings({ rounding: 'carrying:start=0.1' })).toEqual([0.1, 0.1]);
    const rules = [{ match: { name: 'b' }, rounding: 'nearest' }];
    expect(await roundings({ rounding: carrying, rules })).toEqual([0, undefined]);
    const policy: BitwidthPolicy = {
      kind: 'policy',
      api: 2,
      name: 'by-order',
      assign: (draft) =>
        draft.map((entry, i) => ({ ...entry, bits: 2, ...(i === 0 ? {} : { rounding: 'carrying' }) })),
    };
    expect(await roundings({ bits: policy })).toEqual([undefined, 0]);
  });

  test('does no harm: a channel keeps the nearest levels where these are better', async () => {
    const { port } = observing();
    const nearest = await quantize(port, recipe(undefined));
    const worst = changed((_, scheme, { nearest: codes }) =>
      codes.map((code, i) => (i < inputs ? code : scheme.kind === 'affine' && code === 0 ? 2 : 0)),
    );
    const { model: result, report } = await quantize(port, recipe(worst));
    const none = expect.closeTo(0, 5);
    expect(result).toEqual(nearest.model);
    expect(report.weights.map(({ rounding }) => rounding)).toEqual([
      { rounder: 'carrying', rows: 8, channelsKept: 4, gainDb: none, heldOutGainDb: none },
      { rounder: 'carrying', rows: 8, channelsKept: 3, gainDb: none, heldOutGainDb: none },
    ]);
  });

  test('that needs nothing needs no data', async () => {
    const zeros = changed((_rows, _scheme, { nearest }) => nearest.fill(0), []);
    const { model: result, report } = await quantize(memoryPort(model), withoutData(zeros));
    expect(new Set(result['a']!.values).size).toBeLessThanOrEqual(4);
    expect(report.weights[0]!.rounding).toEqual({ rounder: 'carrying', rows: 0, channelsKept: 0 });
  });

  test('gets copies, and what it needs alone', async () => {
    const { port } = observing();
    const nearest = await quantize(port, recipe(undefined));
    const contexts: RoundingContext[] = [];
    const writing = changed((rows, scheme, context) => {
      contexts.push({ ...context });
      const codes = context.nearest.slice();
      rows.fill(9);
      context.gram.fill(9);
      context.layout.slices.fill(0);
      context.nearest.fill(0);
      if (scheme.kind === 'affine') scheme.scale.fill(9);
      return codes;
    });
    expect((await quantize(port, recipe(writing))).model).toEqual(nearest.model);
    expect(contexts[0]).toMatchObject({ bits: 2, layout: { channels: 4, inputs }, options: { start: 0 } });
    const lengths = contexts.map(({ gram, heldOutGram, inputMean }) =>
      [gram, heldOutGram, inputMean].map((x) => x.length),
    );
    expect(lengths).toEqual([
      [inputs ** 2, inputs ** 2, 0],
      [inputs ** 2, inputs ** 2, 0],
    ]);
  });

  test.each<[string, () => unknown]>([
    ['too few codes', () => new Uint8Array(3)],
    ['codes of no level', () => new Uint8Array(4 * inputs).fill(3)],
    ['a promise', () => Promise.reject(new Error('late'))],
    ['a list', () => Array.from({ length: 4 * inputs }, () => 0)],
    ['nothing', () => undefined],
  ])('that gives %s has failed', async (_, returned) => {
    const broken = changed(() => returned() as Uint8Array);
    await expect(quantize(observing().port, recipe(broken))).rejects.toMatchObject({
      code: 'plugin-failed',
      where: "rounder 'carrying' at weight 'a'",
    });
  });

  test('that throws has failed', async () => {
    const broken = changed(() => {
      throw new Error('no idea');
    });
    await expect(quantize(observing().port, recipe(broken))).rejects.toMatchObject({
      code: 'plugin-failed',
      received: 'no idea',
    });
  });
});

test('a rounder that sees inputs needs data, and a port that can tell them', async () => {
  const { port } = observing();
  await expect(quantize(port, withoutData(carrying))).rejects.toMatchObject({
    code: 'calibration-missing',
    remedy: expect.stringContaining('leave rounding out'),
  });
  await expect(quantize(memoryPort(model), recipe(carrying))).rejects.toMatchObject({
    code: 'calibration-missing',
    received: "a port 'memory' that cannot",
  });
});

test('a weight whose inputs nobody knows has the nearest levels, and its row says why', async () => {
  const { port } = observing(new Map([['b', 'it stands in a loop']]));
  const nearest = await quantize(port, recipe(undefined));
  const { model: result, report } = await quantize(port, recipe(carrying));
  expect(result['b']).toEqual(nearest.model['b']);
  expect(result['a']).not.toEqual(nearest.model['a']);
  expect(report.weights[1]).toMatchObject({
    reason: expect.stringContaining('rounded to the nearest level, since it stands in a loop'),
  });
  expect(report.weights[1]!.rounding).toBeUndefined();
});

test('weights of groups are rounded group by group, whatever axes own the channels', async () => {
  // Two groups of two channels; channels are the last axis.
  const grouped: MemoryModel = { g: { shape: [3, 4], values: values(12) } };
  const grams: Float32Array[] = [];
  const spying = changed((rows, _scheme, { nearest, gram, layout }) => {
    expect(rows.length).toBe(6);
    expect(layout.channels).toBe(2);
    expect(Array.from(layout.slices)).toEqual(grams.length === 0 ? [0, 0, 0, 1, 1, 1] : [2, 2, 2, 3, 3, 3]);
    expect(Array.from(rows)).toEqual(
      [0, 1].flatMap((c) => [0, 4, 8].map((i) => grouped['g']!.values[i + c + 2 * grams.length]!)),
    );
    grams.push(gram);
    return nearest;
  });
  const port = memoryPort(grouped);
  const own: ModelPort<MemoryModel> = {
    ...port,
    layers: () => [
      {
        id: 'layer',
        op: 'Conv',
        depth: 0,
        sites: [],
        weights: [
          {
            id: 'g',
            kernel: 'kernel',
            shape: [3, 4],
            outputAxes: [1],
            storedBytes: 48,
            read: () => grouped['g']!.values.slice(),
          },
        ],
      },
    ],
    observeInputs: async () => ({
      unknown: new Map(),
      inputs: new Map([
        ['g', { groups: [1, 2].map((scale) => ({ seen: momentsOf(Float32Array.of(scale, 0, 0)) })) }],
      ]),
    }),
  };
  const { report } = await quantize(own, recipe(spying));
  expect(grams.map((gram) => gram[0])).toEqual([1, 4]);
  expect(report.weights[0]!.rounding).toEqual({ rounder: 'carrying', rows: 1, channelsKept: 4, gainDb: 0 });
});

function momentsOf(row: Float32Array) {
  const collector = momentsCollector(row.length);
  collector.add(row);
  return collector.moments();
}

test.each<[unknown, object]>([
  ['carrying', { code: 'unknown-plugin' }],
  ['carrying:start=x', { code: 'unknown-plugin' }],
  [coarse(), { code: 'invalid-argument', where: 'recipe.rounding' }],
  [3, { code: 'invalid-argument', where: 'recipe.rounding' }],
  [
    { ...carrying, round: undefined },
    { code: 'invalid-argument', where: "rounder 'carrying'" },
  ],
  [
    { ...carrying, needs: ['grams'] },
    { code: 'invalid-argument', where: "rounder 'carrying'" },
  ],
])('rounding: %j is refused', async (rounding, error) => {
  const given = { ...recipe(undefined), rounding, registry: registry([coarse()]) } as Recipe;
  await expect(quantize(observing().port, given)).rejects.toMatchObject(error);
});

test('a plan with a rounder that is unknown, has other options or another form is refused', async () => {
  const { port } = observing();
  const { plan } = await quantize(port, recipe(carrying));
  const withRounding = (rounding: unknown) => ({
    ...plan,
    weights: plan.weights.map((entry) => ({ ...entry, rounding })),
  });
  const apply = (rounding: unknown) =>
    applyPlan(port, withRounding(rounding) as typeof plan, registry([coarse(), carrying]), { data });
  await expect(apply({ name: 'other', options: {} })).rejects.toMatchObject({ code: 'unknown-plugin' });
  await expect(apply({ name: 'carrying', options: { end: 1 } })).rejects.toMatchObject({
    code: 'unsupported-option',
  });
  await expect(apply('carrying')).rejects.toMatchObject({ code: 'plan-invalid' });
  await expect(apply({ name: 'carrying', options: {}, more: 1 })).rejects.toMatchObject({
    code: 'plan-invalid',
  });
});

test.each([
  [1, []],
  [2, [1]],
  [4, [3]],
  [5, [4]],
  [10, [4, 9]],
  [11, [5, 10]],
])('of %d samples %j are kept back', (samples, kept) => {
  const all = Array.from({ length: samples }, (_, i) => i);
  expect(all.filter((sample) => isHeldOut(sample, samples))).toEqual(kept);
});
