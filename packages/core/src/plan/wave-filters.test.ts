import { describe, expect, it, test } from 'vitest';
import { coarse, memoryPort, weightOf, type MemoryModel } from '../../test/memory-port.js';
import type { LayerDescriptor, WeightDescriptor } from '../contract/descriptors.js';
import type { Recipe } from '../contract/recipe.js';
import { registry } from '../contract/registry.js';
import { seededRandom } from '../numeric/random.js';
import { quantize } from '../session/quantize.js';
import { applyPlan } from '../session/apply-plan.js';

const known = registry([coarse()]);
const random = seededRandom(16);
type Filter = (tap: number, taps: number) => number;
const cosine =
  (frequency: number, phase = 0) =>
  (tap: number) =>
    Math.cos(frequency * tap + phase);

/** Values of filters along the last axis. */
const bank = (filters: readonly Filter[], taps: number) =>
  Float32Array.from({ length: filters.length * taps }, (_, i) =>
    (filters[Math.floor(i / taps)] as Filter)(i % taps, taps),
  );

/** The filters of a Fourier transform of so many values, sines behind cosines. */
const transform = (taps: number, window: Filter): Filter[] =>
  [0, Math.PI / 2].flatMap((phase) =>
    Array.from({ length: taps / 2 + 1 }, (_, k): Filter => {
      const wave = cosine((2 * Math.PI * k) / taps, phase);
      return (tap) => window(tap, taps) * wave(tap);
    }),
  );

const cosines =
  (first: number, second: number, third = 0, isPeriodic = true): Filter =>
  (tap, taps) => {
    const angle = (2 * Math.PI * tap) / (isPeriodic ? taps : taps - 1);
    return first - second * Math.cos(angle) + third * Math.cos(2 * angle);
  };

const windows: Readonly<Record<string, Filter>> = {
  none: () => 1,
  'periodic Hann': cosines(0.5, 0.5),
  'symmetric Hann': cosines(0.5, 0.5, 0, false),
  'periodic Hamming': cosines(0.54, 0.46),
  'symmetric Hamming': cosines(0.54, 0.46, 0, false),
  Blackman: cosines(0.42, 0.5, 0.08),
  'root of Hann': (tap, taps) => Math.sin((Math.PI * tap) / taps),
  Gauss: (tap, taps) => Math.exp(-0.5 * ((tap - taps / 2) / (taps / 6)) ** 2),
  'Hann in the middle half': (tap, taps) =>
    Math.abs(tap - taps / 2) < taps / 4 ? 0.5 + 0.5 * Math.cos((4 * Math.PI * (tap - taps / 2)) / taps) : 0,
};

type Axes = Pick<WeightDescriptor, 'outputAxes' | 'inputAxis'>;

/** Quantizes a model of one weight `w` of such axes, and a matrix beside it. */
async function quantizeBank(
  shape: readonly number[],
  { outputAxes, inputAxis }: Axes,
  values: Float32Array,
  recipe: Recipe = {},
) {
  const model: MemoryModel = {
    w: { shape, values },
    other: { shape: [2, 8], values: Float32Array.from({ length: 16 }, random) },
  };
  const layers = Object.keys(model).map((id, depth): LayerDescriptor => {
    const { inputAxis: input, ...weight } = weightOf(model, id);
    const axes = { outputAxes, ...(inputAxis === undefined ? {} : { inputAxis }) };
    const described = id === 'w' ? { ...weight, ...axes } : { ...weight, inputAxis: input as number };
    return { id: `layer-${id}`, op: 'Conv', depth, weights: [described], sites: [] };
  });
  const port = memoryPort(model, layers);
  return { port, values, ...(await quantize(port, { registry: known, ...recipe })) };
}

const isLeft = ({ plan }: Awaited<ReturnType<typeof quantizeBank>>) =>
  plan.weights.find(({ id }) => id === 'w')!.bits === 'float';

const conv: Axes = { outputAxes: [0], inputAxis: 1 };
const quantizeFilters = (filters: readonly Filter[], taps: number) =>
  quantizeBank([filters.length, 1, taps], conv, bank(filters, taps));

describe.each(Object.entries(windows))('filters of a Fourier transform under the window %s', (_, window) => {
  it.each([32, 64, 256])('stay float, of %d values', async (taps) => {
    const done = await quantizeFilters(transform(taps, window), taps);
    expect(isLeft(done)).toBe(true);
    expect([...done.model['w']!.values]).toEqual([...done.values]);
  });

  it('stay float in any order, at any frequency and phase', async () => {
    const filters = Array.from({ length: 10 }, (): Filter => {
      const wave = cosine(0.3 + 2.8 * random(), 6 * random());
      return (tap, taps) => window(tap, taps) * wave(tap);
    });
    expect(isLeft(await quantizeFilters(filters, 48))).toBe(true);
    expect(isLeft(await quantizeFilters(filters.slice(0, 1), 48))).toBe(true);
  });
});

test('they are named, with the reason', async () => {
  const { report, plan } = await quantizeFilters(transform(64, windows['periodic Hann'] as Filter), 64);
  expect(report.weights.map(({ id }) => id)).toEqual(['other']);
  const [{ reason } = { reason: '' }] = plan.weights;
  expect(reason).toContain('the 64 filters of w are sampled sines and cosines');
  expect(report.skipped).toMatchObject([{ subject: 'w', reason }]);
});

test.each<readonly [string, readonly number[], Axes]>([
  ['channels last', [32, 1, 32], { outputAxes: [2], inputAxis: 1 }],
  ['two dimensions, one of them 1', [1, 32, 1, 32], { outputAxes: [3], inputAxis: 2 }],
  ['transposed', [32, 1, 32], { outputAxes: [1], inputAxis: 0 }],
  ['of each channel', [32, 1, 4, 8], { outputAxes: [2, 3] }],
])('they are found whatever the layout: %s', async (_, shape, axes) => {
  const filters = transform(32, windows['periodic Hann'] as Filter)
    .filter((__, i) => i !== 17 && i !== 33)
    .slice(0, 32);
  const inOrder = bank(filters, 32);
  const isLast = axes.outputAxes[0] === 1;
  const values = isLast ? inOrder : inOrder.map((__, i) => inOrder[(i % 32) * 32 + Math.floor(i / 32)]!);
  expect(isLeft(await quantizeBank(shape, axes, values))).toBe(true);
});

const noisy =
  (filter: Filter, part: number): Filter =>
  (tap, taps) =>
    filter(tap, taps) + part * (random() - 0.5);

const turned = (values: Float32Array, rows: number, columns: number) =>
  values.map((_, i) => values[(i % rows) * columns + Math.floor(i / rows)] as number);

test.each<readonly [string, (filters: readonly Filter[]) => readonly Filter[]]>([
  ['both', (filters) => filters],
  ['cosines', (filters) => filters.slice(0, 33)],
  ['sines', (filters) => filters.slice(33)],
  ['the first ones', (filters) => filters.slice(0, 13)],
])('they are found in the matrix of a product: %s', async (_, part) => {
  const filters = part(transform(64, windows['periodic Hann'] as Filter));
  const rows = bank(filters, 64);
  expect(isLeft(await quantizeBank([filters.length, 64], conv, rows))).toBe(true);
  const columns: Axes = { outputAxes: [1], inputAxis: 0 };
  expect(isLeft(await quantizeBank([64, filters.length], columns, turned(rows, filters.length, 64)))).toBe(
    true,
  );
});

test('matrices are quantized: noise, triangles over a spectrum, more waves than a transform has', async () => {
  const triangles = Array.from(
    { length: 20 },
    (_, k): Filter =>
      (tap) =>
        Math.max(0, 1 - Math.abs(tap - 3 * k) / 4),
  );
  const noise = triangles.map((): Filter => () => random() - 0.5);
  const waves = Array.from({ length: 140 }, (_, k) => cosine(0.02 * (k + 1)));
  for (const filters of [triangles, noise, waves]) {
    const matrix = await quantizeBank([filters.length, 64], conv, bank(filters, 64));
    expect(isLeft(matrix)).toBe(false);
  }
});

test('others are quantized: noise, noisy waves, one that is no wave, blurs, few taps', async () => {
  const waves = transform(64, windows['periodic Hann'] as Filter);
  const quantized: readonly (readonly [readonly Filter[], number])[] = [
    [waves.map((): Filter => () => random() - 0.5), 64],
    [waves.map((wave) => noisy(wave, 0.7)), 64],
    [[...waves.slice(1), (tap) => (tap - 20) * Math.exp(-0.01 * (tap - 20) ** 2)], 64],
    [[windows['Gauss'] as Filter, windows['periodic Hann'] as Filter], 64],
    [transform(8, () => 1), 8],
    [[(tap) => (tap === 7 ? 1 : 0)], 16],
  ];
  for (const [filters, taps] of quantized) expect(isLeft(await quantizeFilters(filters, taps))).toBe(false);
});

test('waves with a little noise are some, down to a correlation of 0.99', async () => {
  const waves = transform(256, () => 1).slice(1, 128);
  // The noise has so much of the energy: Σ noise² / Σ wave² = part² / 12 / 0.5.
  const partFor = (correlation: number) => Math.sqrt(6 * (1 / correlation ** 2 - 1));
  const leftAt = async (correlation: number) => {
    const filters = waves.map((wave) => noisy(wave, partFor(correlation)));
    return isLeft(await quantizeFilters(filters, 256));
  };
  expect(await leftAt(0.993)).toBe(true);
  expect(await leftAt(0.987)).toBe(false);
});

test('a rule that gives bits, or a plan, quantizes them all the same', async () => {
  const shape = [66, 1, 64];
  const values = bank(transform(64, windows['periodic Hann'] as Filter), 64);
  const rules = [{ match: { name: 'w' }, bits: 8 }];
  const done = await quantizeBank(shape, conv, values, { rules });
  expect(isLeft(done)).toBe(false);
  const { report } = await applyPlan(done.port, done.plan, known);
  expect(report.weights.map(({ id }) => id)).toEqual(['w', 'other']);
});

test('a policy counts them as float', async () => {
  const shape = [66, 1, 64];
  const values = bank(transform(64, windows['periodic Hann'] as Filter), 64);
  let drafted: unknown;
  const watching = {
    kind: 'policy' as const,
    api: 2 as const,
    name: 'watching',
    assign: (
      draft: readonly { readonly id: string; readonly bits: number | 'float'; readonly reason: string }[],
    ) => {
      drafted = draft.map(({ bits }) => bits);
      return draft;
    },
  };
  await quantizeBank(shape, conv, values, { bits: watching });
  expect(drafted).toEqual(['float', 8]);
});

test('looking for them can be cancelled', async () => {
  const filters = transform(256, () => 1);
  let events = 0;
  const signal = {
    get aborted() {
      return ++events > 20;
    },
  };
  const model: MemoryModel = { w: { shape: [258, 1, 256], values: bank(filters, 256) } };
  const layer = { ...weightOf(model, 'w'), outputAxes: [0], inputAxis: 1 };
  const port = memoryPort(model, [{ id: 'l', op: 'Conv', depth: 0, weights: [layer], sites: [] }]);
  await expect(quantize(port, { registry: known }, { signal })).rejects.toMatchObject({ code: 'aborted' });
  expect(events).toBe(21);
});

test.each([3, 10, 100, 1e5, 1e37])(
  'matrices with values %s times as large as others are quantized',
  async (times) => {
    const noise = () => Float32Array.from({ length: 64 * 64 }, () => (2 * random() - 1) / 8);
    const product: Axes = { outputAxes: [1], inputAxis: 0 };
    const row = noise().map((value, at) => (Math.floor(at / 64) === 3 ? Math.sign(value) * times : value));
    expect(isLeft(await quantizeBank([64, 64], product, row))).toBe(false);
    const one = noise().map((value, at) => (at === 200 ? times : value));
    expect(isLeft(await quantizeBank([64, 64], product, one))).toBe(false);
    const few = noise().map((value, at) => (at % 64 === 7 && at % 640 === 7 ? times : value));
    expect(isLeft(await quantizeBank([64, 64], product, few))).toBe(false);
  },
);
