import { expect, it, test } from 'vitest';
import type { Batch } from '../contract/model-run.js';
import type { ModelPort } from '../contract/port.js';
import type { ProgressEvent } from '../contract/events.js';
import { LowbitError } from '../errors/error.js';
import { findWorstWeight, type QuantizedWeight } from './worst-weight.js';

type Run = NonNullable<ModelPort<unknown>['run']>;

const batch: Batch = { inputs: { x: { shape: [1, 4], data: [1, -2, 3, 0.5] } } };
const samples = { part: [batch, batch], samples: 2 };

/** Weights of four values, and what is added to them by quantizing. */
const weightsOf = (errors: readonly number[]) =>
  errors.map((error, i): QuantizedWeight => ({
    id: `w${i}`,
    size: 4,
    decoded: async () => original(i).map((value) => value + error),
  }));
const original = (i: number) => Float32Array.from({ length: 4 }, (_, k) => Math.sin(4 * i + k));

/** The model y_k = Σ_i w_i[k] · x_k, which counts how often it runs with other weights. */
function modelOf(count: number) {
  const replaced: string[][] = [];
  const run: Run = async function* (batches, { replace = new Map() } = {}) {
    replaced.push([...replace.keys()]);
    const values = Array.from({ length: count }, (_, i) => replace.get(`w${i}`) ?? original(i));
    for await (const { inputs } of batches) {
      const { data } = inputs['x'] as Batch['inputs'][string];
      const y = Float32Array.from({ length: 4 }, (_, k) =>
        values.reduce((sum, weight) => sum + weight[k]! * (data[k] as number), 0),
      );
      yield { y: { shape: [1, 4], data: y } };
    }
  };
  return { run, replaced };
}

const ruining = (count: number, worst: number) =>
  Array.from({ length: count }, (_, i) => (i === worst ? 5 : 1e-4));

it.each([
  [2, 1, 4],
  [32, 7, 34],
  [33, 31, 17 + 2 + 2],
  [100, 41, 25 + 4 + 2],
  [1100, 1098, 32 + 15 + 2],
  [2000, 70, 32 + 32 + 2 + 2],
])('of %d weights, number %d is found in %d runs', async (count, worst, runs) => {
  const { run, replaced } = modelOf(count);
  const events: ProgressEvent[] = [];
  const onProgress = (event: ProgressEvent) => void events.push(event);
  const { effects } = await findWorstWeight(run, weightsOf(ruining(count, worst)), samples, { onProgress });
  expect(effects?.worst?.id).toBe(`w${worst}`);
  expect(effects!.worst!.without.sqnrDb!).toBeGreaterThan(effects!.together.sqnrDb! + 10);
  expect(effects).toMatchObject({ samples: 2 });
  // One more run, for the outputs of the original.
  expect(replaced).toHaveLength(runs + 1);
  expect(replaced.at(-2)).toHaveLength(count);
  expect(replaced.at(-1)).toHaveLength(count - 1);
  expect(events.map(({ phase }) => phase)).toEqual(Array(runs + 1).fill('measure'));
  expect(events.at(-1)!.total).toBeGreaterThanOrEqual(runs);
  expect(events.every(({ done, total }) => done <= total)).toBe(true);
});

test('the worst runs with more bits too, where leaving it float is not enough or leaves most float', async () => {
  const wideOf = (errors: readonly number[], sizes: readonly number[], wide: readonly number[]) =>
    weightsOf(errors).map((weight, i) => ({
      ...weight,
      size: sizes[i]!,
      wider: [4, 8].map((bits, at) => ({
        bits,
        decoded: async () => original(i).map((value) => value + wide[at]!),
      })),
    }));
  const wider = async (errors: readonly number[], sizes: readonly number[], wide: readonly number[]) => {
    const { run } = modelOf(2);
    return (await findWorstWeight(run, wideOf(errors, sizes, wide), samples, {})).effects!.worst!.wider;
  };
  expect(await wider([5, 1e-4], [4, 4], [0.01, 0.001])).toBeUndefined();
  expect(await wider([5, 1e-4], [8, 4], [0.01, 0.001])).toMatchObject({ bits: 4 });
  expect(await wider([5, 1e-4], [8, 4], [4, 0.001])).toMatchObject({ bits: 8 });
  expect(await wider([5, 3], [4, 4], [4, 3])).toMatchObject({ bits: 8 });
  const failing = weightsOf([5, 3]).map((weight) => ({
    ...weight,
    wider: [
      {
        bits: 8,
        decoded: () =>
          Promise.reject(
            new LowbitError({ code: 'plugin-failed', where: 'm', expected: 'levels', received: 'none' }),
          ),
      },
    ],
  }));
  const { effects } = await findWorstWeight(modelOf(2).run, failing, samples, {});
  expect(effects!.worst).not.toHaveProperty('wider');
});

test('weights that change nothing ruin nothing', async () => {
  const { run } = modelOf(3);
  const { effects } = await findWorstWeight(run, weightsOf([0, 0, 0]), samples, {});
  expect(effects).toMatchObject({ together: { sqnrDb: null } });
  expect(effects!.worst).toBeUndefined();
});

test('a weight that breaks outputs is the worst', async () => {
  const { run } = modelOf(3);
  const { effects } = await findWorstWeight(run, weightsOf([9, NaN, 0.1]), samples, {});
  expect(effects!.worst).toMatchObject({ id: 'w1', alone: { isBroken: true } });
  expect(effects!.worst!.without.isBroken).toBeUndefined();
});

test('one weight alone is not measured, nor more than fit into memory, and models that take no others say why', async () => {
  const { run, replaced } = modelOf(2);
  expect(await findWorstWeight(run, weightsOf([1]), samples, {})).toEqual({});
  const large = weightsOf([1, 1]).map((weight) => ({ ...weight, size: 2 ** 27 }));
  expect((await findWorstWeight(run, large, samples, {})).why).toContain('268435456 values');
  expect(replaced).toEqual([]);
  const fixed: Run = async function* (batches, options) {
    if (options?.replace !== undefined)
      throw new LowbitError({ code: 'runtime-failed', where: 'm', expected: 'memory', received: 'none' });
    yield* run(batches);
  };
  expect((await findWorstWeight(fixed, weightsOf([1, 1]), samples, {})).why).toContain('memory');
});

test('all samples tell whether leaving the worst float is enough, by classes too', async () => {
  // Two scores, of which the second weight turns few round and the first one many.
  const scores: Run = async function* (batches, { replace = new Map() } = {}) {
    const [first, second] = [replace.get('w0') ?? original(0), replace.get('w1') ?? original(1)];
    for await (const { inputs } of batches) {
      const x = (inputs['x'] as Batch['inputs'][string]).data[0] as number;
      const shifted = (first[0]! - original(0)[0]!) * 4 + (second[0]! - original(1)[0]!);
      const part = 1 / (1 + Math.exp(-x - shifted));
      yield { y: { shape: [1, 2], data: Float32Array.of(part, 1 - part) } };
    }
  };
  const given = (values: readonly number[]) => ({
    part: values.map((x): Batch => ({ inputs: { x: { shape: [1, 1], data: [x] } } })),
    samples: values.length,
  });
  const enough = async (values: readonly number[]) =>
    (await findWorstWeight(scores, weightsOf([0.5, 0.2]), given(values), {})).effects!;
  const clear = Array.from({ length: 8 }, (_, i) => (i % 2 === 0 ? 1 : -3));
  const good = await enough(clear);
  expect(good.worst).toMatchObject({ id: 'w0', isEnough: true });
  const close = await enough([...clear, ...Array<number>(8).fill(-0.1)]);
  expect(close.samples).toBe(8);
  expect(close.worst).toMatchObject({ id: 'w0', isEnough: false });
  expect(close.worst!.without).toEqual(good.worst!.without);
  expect(close.together.isEnough).toBe(false);
});

test('at most eight samples run for each', async () => {
  const { run } = modelOf(2);
  const many = { part: Array<Batch>(32).fill(batch), samples: 32 };
  const { effects } = await findWorstWeight(run, weightsOf([1, 2]), many, {});
  expect(effects!.samples).toBe(8);
});
