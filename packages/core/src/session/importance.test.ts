import { expect, test } from 'vitest';
import { coarse, layerOf, memoryPort, type MemoryModel, weightOf } from '../../test/memory-port.js';
import { momentsCollector } from '../calibration/moments.js';
import type { Quantizer } from '../contract/quantizer.js';
import type { Rounder } from '../contract/rounder.js';
import { seededRandom } from '../numeric/random.js';
import { importanceOf } from './importance.js';
import { quantize } from './quantize.js';

const random = seededRandom(18);
const numbers = (count: number) => Float32Array.from({ length: count }, () => random() - 0.3);

/** Rows of inputs, of which the second is always 0, and their moments. */
function rowsOf(inputs: number, count: number) {
  const rows = Array.from({ length: count }, () =>
    numbers(inputs).map((x, i) => (i === 1 ? 0 : (i + 1) * x)),
  );
  const collector = momentsCollector(inputs);
  rows.forEach((row) => collector.add(row));
  return { rows, seen: collector.moments() };
}

/** E[xᵢ²] or the variance, and of the mean of all a hundredth, or 2 / n for fewer than 200 rows. */
function expected(rows: readonly Float32Array[], centred: boolean): number[] {
  const mean = (i: number, of: (x: number) => number) =>
    rows.reduce((sum, row) => sum + of(row[i]!), 0) / rows.length;
  const squares = Array.from(rows[0]!, (_, i) => {
    const own = mean(i, (x) => x);
    return mean(i, (x) => (x - (centred ? own : 0)) ** 2);
  });
  const all = squares.reduce((sum, one) => sum + one, 0) / squares.length;
  return squares.map((square) => square + all * Math.max(0.01, 2 / rows.length));
}

function expectClose(actual: Float32Array | undefined, wanted: readonly number[]): void {
  expect(actual).toHaveLength(wanted.length);
  // Sums are stored as float32.
  wanted.forEach((one, i) => expect(actual![i]! / one).toBeCloseTo(1, 4));
}

test.each([false, true])('is the mean square of the input of each value, or its variance: %s', (centred) => {
  const { rows, seen } = rowsOf(6, 40);
  const own = expected(rows, centred);
  // A kernel [2, 3, 4]: channels last, inputs row-major before them.
  const weight = { shape: [2, 3, 4], outputAxes: [2] };
  const importance = importanceOf(weight, { groups: [{ seen }] }, centred);
  expectClose(
    importance,
    Array.from({ length: 24 }, (_, at) => own[Math.floor(at / 4)]!),
  );
});

test('of a convolution with groups, channels have that of their group', () => {
  const [a, b] = [rowsOf(3, 20), rowsOf(3, 30)];
  const importance = importanceOf(
    { shape: [4, 3], outputAxes: [0] },
    { groups: [{ seen: a.seen }, { seen: b.seen }] },
    false,
  );
  const [first, second] = [expected(a.rows, false), expected(b.rows, false)];
  expectClose(importance, [...first, ...first, ...second, ...second]);
});

test('tells nothing where all inputs were 0, or alike and their mean is taken off', () => {
  const collector = momentsCollector(2);
  collector.add(Float32Array.of(0.5, 2, 0.5, 2));
  const alike = { groups: [{ seen: collector.moments() }] };
  expect(importanceOf({ shape: [1, 2], outputAxes: [0] }, alike, true)).toBeUndefined();
  expect(importanceOf({ shape: [1, 2], outputAxes: [0] }, alike, false)).toBeDefined();
  const none = { groups: [{ seen: momentsCollector(2).moments() }] };
  expect(importanceOf({ shape: [1, 2], outputAxes: [0] }, none, false)).toBeUndefined();
});

/** Notes what it is told of the importance of each slice. */
function noting(verbs: readonly ('fitTensor' | 'fitRanges' | 'fitRows')[] = []) {
  const seen: { readonly verb: string; readonly importance: Float32Array | undefined }[] = [];
  const note = <R>(verb: string, { importance }: { importance?: Float32Array }, result: R): R => {
    seen.push({ verb, importance });
    return result;
  };
  const plain = coarse();
  const quantizer: Quantizer = {
    ...plain,
    fit: (values, context) => note('fit', context, plain.fit(values, context)),
    ...(verbs.includes('fitTensor') && {
      fitTensor: (slices, context) =>
        note(
          'fitTensor',
          context,
          slices.map((slice) => plain.fit(slice, context)),
        ),
    }),
    ...(verbs.includes('fitRanges') && { fitRanges: (_, context) => note('fitRanges', context, undefined) }),
    ...(verbs.includes('fitRows') && { fitRows: (_, __, context) => note('fitRows', context, undefined) }),
  };
  return { quantizer, seen };
}

const inputs = 4;
const model: MemoryModel = { a: { shape: [3, inputs], values: numbers(3 * inputs) } };
const looking: Rounder = {
  kind: 'rounder',
  api: 2,
  name: 'looking',
  needs: ['gram'],
  round: (_, __, { nearest }) => nearest,
};

function observing(rows: ReturnType<typeof rowsOf>) {
  const layer = { ...layerOf(model, 'a', 0), weights: [{ ...weightOf(model, 'a'), bias: true as const }] };
  return {
    ...memoryPort(model, [layer]),
    observeInputs: async (_: unknown, { weights }: { weights: readonly string[] }) => ({
      inputs: new Map(weights.map((id) => [id, { groups: [{ seen: rows.seen }] }])),
      unknown: new Map<string, string>(),
    }),
  };
}

const data = [{ inputs: { x: { shape: [1, inputs], data: numbers(inputs) } } }];

test('every verb of a quantizer is told what values count for, in their order, after it was asked without', async () => {
  const rows = rowsOf(inputs, 50);
  const own = expected(rows.rows, false);
  const three = [...own, ...own, ...own];
  const { quantizer, seen } = noting(['fitRanges', 'fitRows']);
  const recipe = { weights: quantizer, bits: 2, granularity: 'channel', data, correctBiases: false } as const;
  await quantize(observing(rows), { ...recipe, rounding: looking }, { measure: false });
  const verbs = ['fitRanges', 'fitRows', 'fit', 'fit', 'fit'];
  expect(seen.map(({ verb }) => verb)).toEqual([...verbs, ...verbs]);
  for (const { importance } of seen.slice(0, 5)) expect(importance).toBeUndefined();
  expectClose(seen[5]!.importance, three);
  expectClose(seen[6]!.importance, three);
  for (const one of seen.slice(7)) expectClose(one.importance, own);
  const together = noting(['fitTensor']);
  await quantize(
    observing(rows),
    { ...recipe, weights: together.quantizer, rounding: looking },
    { measure: false },
  );
  expect(together.seen.map(({ verb }) => verb)).toEqual(['fitTensor', 'fitTensor']);
  expectClose(together.seen[1]!.importance, three);
});

test.each([
  ['kept where they are better, of biases alone', { rounding: 'nearest', correctBiases: true }, 1, 1.3],
  ['left where others are, of biases alone', { rounding: 'nearest', correctBiases: true }, 1.3, 1],
  ['taken where they are better, of a rounder', { rounding: looking, correctBiases: false }, 1, 1.3],
  ['left where others are, of a rounder', { rounding: looking, correctBiases: false }, 1.3, 1],
  ['taken where they are better, of both', { rounding: looking, correctBiases: true }, 1, 1.3],
  ['left where others are, of both', { rounding: looking, correctBiases: true }, 1.3, 1],
])('levels that are fitted to inputs are %s', async (_, given, told, untold) => {
  const fitting = coarse();
  const fitBy =
    (by: number, otherwise = by): Quantizer['fit'] =>
    (values, context) =>
      fitting.fit(values, {
        ...context,
        options: { ...context.options, stretch: context.importance === undefined ? otherwise : by },
      });
  const port = observing(rowsOf(inputs, 50));
  const result = async (...by: readonly [number, number?]) => {
    const weights = { ...fitting, fit: fitBy(...by) };
    return quantize(port, { bits: 8, data, ...given, weights }, { measure: false });
  };
  const own = await result(told, untold);
  expect(own.model).toEqual((await result(1)).model);
  expect(own.model).not.toEqual((await result(1.3)).model);
});

test('no quantizer is told where nothing looks at the data', async () => {
  const { quantizer, seen } = noting();
  const recipe = { weights: quantizer, bits: 2, data, rounding: 'nearest', correctBiases: false } as const;
  await quantize(observing(rowsOf(inputs, 50)), recipe, { measure: false });
  expect(seen.every(({ importance }) => importance === undefined)).toBe(true);
});
