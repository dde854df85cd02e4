import { LowbitError } from '@lowbit/core';
import { describe, expect, it } from 'vitest';

import { formatDecibels, formatReal } from '../figures/numbers.js';
import { comparisonText } from '../tables/comparison-text.js';
import { compareModels } from './compare-models.js';
import type { OutputValues, RunnableModel } from '@lowbit/core/adapter';

const value = (name: string, type = 'float32') => ({ name, type, shape: ['batch', 3] });
const batch = { inputs: { x: { shape: [2, 3], data: [1, -2, 3, 4, 0, -1] } } };
type Inputs = typeof batch.inputs;

/** A model that gives what a function makes of its input. */
const model = (give: (x: Inputs['x']) => unknown, type?: string): RunnableModel => ({
  name: 'model',
  inputs: [value('x')],
  outputs: [value('y', type)],
  run: async (inputs) => give((inputs as Inputs).x) as Readonly<Record<string, OutputValues>>,
  close: () => undefined,
});
const each = (change: (value: number, i: number) => number) =>
  model(({ shape, data }) => ({ y: { shape, data: Float32Array.from(data, change) } }));
const same = each((x) => x);

/** The line of the README, and the row of the output in the text. */
async function words(first: RunnableModel, second: RunnableModel): Promise<readonly string[]> {
  const comparison = await compareModels(first, second, [batch]);
  const file = { file: 'a', bytes: 1 };
  const inputs = { source: 'data', paths: [], preparation: [], notes: [] } as const;
  const document = { ...comparison, a: file, b: file, sizeRatio: 1, runtime: 'none', inputs };
  const row = (text: string) => /^ *y +\d+ +(.*?) {2}/m.exec(text)?.[1] ?? text;
  const { sqnrDb, largestError } = comparison.overall;
  return [
    `${formatDecibels(sqnrDb)}, ${formatReal(largestError)}`,
    row(comparisonText(document)),
    row(comparisonText(JSON.parse(JSON.stringify(document)) as typeof document)),
  ];
}

describe('the words about a difference', () => {
  it.each([
    ['equal outputs', same, same, 'exact, 0', 'exact'],
    ['one NaN', same, each((x, i) => (i === 0 ? NaN : x)), '–, 0', 'not finite'],
    ['NaN alone', same, each(() => NaN), '–, –', 'not finite'],
    ['zeros of the first alone', each(() => 0), same, 'no signal, 4', 'no signal'],
    ['another shape', same, model(({ data }) => ({ y: { shape: [1, 6], data } })), '–, –', '–'],
  ])('are true of %s, also after JSON', async (_, first, second, line, cell) => {
    expect(await words(first, second)).toEqual([line, cell, cell]);
  });

  it('are true of whole numbers of 64 bits', async () => {
    const longs = (add: bigint) =>
      model(({ shape, data }) => ({ y: { shape, data: data.map((x) => BigInt(x) + add) } }), 'int64');
    expect((await words(longs(0n), longs(0n)))[0]).toBe('exact, 0');
    expect((await words(longs(0n), longs(1n)))[0]).toBe('7.1 dB, 1');
  });
});

describe('what cannot be compared', () => {
  it.each<[string, Parameters<typeof compareModels>, string | undefined]>([
    ['the first model', [Promise.resolve(same) as never, same, [batch]], 'Wait for it with await.'],
    ['the second model', [same, undefined as never, [batch]], undefined],
    ['batches', [same, same, undefined as never], undefined],
    ['batches', [same, same, Promise.resolve([batch]) as never], 'Wait for it with await.'],
    ['batches', [same, same, batch as never], 'Put the batch into a list: [batch].'],
    ['batches', [same, same, []], undefined],
    ["option 'rounds'", [same, same, [batch], { rounds: -1 }], undefined],
    ["option 'rounds'", [same, same, [batch], { rounds: 1.5 }], undefined],
  ])('is told by %s', async (where, given, remedy) => {
    await expect(compareModels(...given)).rejects.toMatchObject({
      code: 'invalid-argument',
      where: `compareModels: ${where}`,
      remedy,
    });
  });

  it('is a misspelt setting', async () => {
    await expect(compareModels(same, same, [batch], { label: 'x' } as never)).rejects.toMatchObject({
      code: 'unsupported-option',
      remedy: 'Did you mean labels?',
    });
  });

  it.each([
    ['nothing', () => undefined, 'undefined'],
    ['another output', ({ shape, data }: Inputs['x']) => ({ z: { shape, data } }), 'the outputs z'],
    [
      'too few values',
      ({ shape }: Inputs['x']) => ({ y: { shape, data: [1] } }),
      '1 values for the shape [2, 3]',
    ],
    [
      'an error',
      () => {
        throw new Error('out of memory');
      },
      'out of memory',
    ],
  ])('is a model that gives %s', async (_, give, received) => {
    const failing = { ...model(give), name: 'failing' };
    await expect(compareModels(same, failing, [batch])).rejects.toMatchObject({
      code: 'runtime-failed',
      where: 'failing',
      received,
    });
  });

  it('is what a model says itself', async () => {
    const error = new LowbitError({ code: 'aborted', where: 'run' });
    const stopped = model(() => {
      throw error;
    });
    await expect(compareModels(same, stopped, [batch])).rejects.toBe(error);
  });
});

/** Two models that give fixed outputs, and labelled batches of one sample. */
const fixed = (
  given: Readonly<Record<string, OutputValues>>,
  types: Readonly<Record<string, string>> = {},
): RunnableModel => ({
  name: 'fixed',
  inputs: [value('x')],
  outputs: Object.entries(given).map(([name, { shape }]) => ({
    name,
    type: types[name] ?? 'float32',
    shape: [...shape],
  })),
  run: async () => given,
  close: () => undefined,
});
const labelled = (...labels: readonly unknown[]) =>
  labels.map((own) => ({ ...batch, ...(own !== undefined && { labels: own }) })) as (typeof batch)[];

describe('labels', () => {
  const map = (data: readonly number[]) => fixed({ y: { shape: [1, 2, 3], data } });

  it.each([
    [
      'a class a row',
      { y: { shape: [2, 2], data: [1, 0, 0, 1] } },
      { y: { shape: [2, 2], data: [0, 1, 0, 1] } },
      [0, 1],
    ],
    [
      'rows with 1 at the class',
      { y: { shape: [2, 2], data: [1, 0, 0, 1] } },
      { y: { shape: [2, 2], data: [0, 1, 0, 1] } },
      { shape: [2, 2], data: [1, 0, 0, 1] },
    ],
    [
      'a class a place, channels last',
      { y: { shape: [1, 2, 3], data: [9, 0, 0, 0, 0, 9] } },
      { y: { shape: [1, 2, 3], data: [9, 0, 0, 0, 9, 0] } },
      { shape: [1, 2], data: [0, 2] },
    ],
    [
      'a class a place, channels first',
      { y: { shape: [1, 3, 2], data: [9, 0, 0, 0, 0, 9] } },
      { y: { shape: [1, 3, 2], data: [9, 0, 0, 9, 0, 0] } },
      { shape: [1, 2], data: [0, 2] },
    ],
  ])('are %s', async (_, first, second, labels) => {
    const { outputs } = await compareModels(fixed(first), fixed(second), labelled(labels));
    expect(outputs[0]!.accuracy).toEqual({ rows: 2, a: 1, b: 0.5 });
  });

  it('are whole numbers of an output that gives classes itself', async () => {
    const give = (...data: readonly bigint[]) => fixed({ y: { shape: [2], data } }, { y: 'int64' });
    const { outputs } = await compareModels(give(3n, 4n), give(3n, 5n), labelled([3, 4]));
    expect(outputs[0]!.accuracy).toEqual({ rows: 2, a: 1, b: 0.5 });
  });

  it('are values of an output, from which both have a distance', async () => {
    const give = (...data: readonly number[]) => fixed({ y: { shape: [2, 1], data } });
    const comparison = await compareModels(give(1, 2), give(1, 4), labelled([1.5, 2]));
    expect(comparison.outputs[0]).toMatchObject({ labelError: { values: 2, a: 0.125, b: 2.125 } });
    const file = { file: 'a', bytes: 1 };
    const inputs = { source: 'data', paths: [], preparation: [], notes: [] } as const;
    const text = comparisonText({ ...comparison, a: file, b: file, sizeRatio: 1, runtime: 'none', inputs });
    expect(text).toMatch(/Mean squared distance from the labels[^]*y +2 +0.125 +2.13/);
  });

  it('go to the outputs that they name, or of which they are classes', async () => {
    const both = fixed({
      kind: { shape: [2, 2], data: [1, 0, 0, 1] },
      size: { shape: [2, 1], data: [1, 1] },
    });
    const unnamed = await compareModels(both, both, labelled([0, 1]));
    expect(unnamed.outputs.map(({ accuracy, labelError }) => [accuracy?.a, labelError?.a])).toEqual([
      [1, undefined],
      [undefined, undefined],
    ]);
    const kinds = { shape: [2, 2], data: [1, 0, 0, 1] };
    const twice = fixed({ kind: kinds, other: kinds });
    await expect(compareModels(twice, twice, labelled([0, 1]))).rejects.toMatchObject({
      code: 'calibration-invalid',
      where: 'batch 1: labels',
      expected: 'labels by output, since kind, other could each take them',
    });
    const sizes = { shape: [2, 1], data: [1, 1] };
    const measured = fixed({ width: sizes, height: sizes });
    await expect(compareModels(measured, measured, labelled([0.5, 2]))).rejects.toMatchObject({
      expected: 'labels by output, since width, height could each take them',
      remedy: expect.stringContaining('Give labels: { "width": …, "height": … }') as string,
    });
    const mixed = await compareModels(both, both, labelled([0.5, 2]));
    expect(mixed.outputs.map(({ labelError }) => labelError?.a)).toEqual([undefined, 0.625]);
    const wide = fixed({ few: kinds, many: { shape: [2, 3], data: [1, 0, 0, 0, 0, 1] } });
    const fitting = await compareModels(wide, wide, labelled([0, 2]));
    expect(fitting.outputs.map(({ accuracy }) => accuracy?.a)).toEqual([undefined, 1]);
    const named = await compareModels(both, both, labelled({ size: [3, 1] }));
    expect(named.outputs.map(({ accuracy, labelError }) => [accuracy?.a, labelError?.a])).toEqual([
      [undefined, undefined],
      [undefined, 2],
    ]);
  });

  it.each([
    ['fit no output', [{ shape: [1, 5], data: [1, 2, 3, 4, 5] }], 'batch 1: labels', 'Leave the labels away'],
    ['fit not the output that they name', [{ y: [0, 1, 2, 0] }], 'batch 1: labels', 'Leave the labels away'],
    ['name no output', [{ why: [0, 1] }], 'batch 1: labels', 'For instance'],
    ['one batch lacks', [{ shape: [1, 2], data: [0, 1] }, undefined], 'batch 2: labels', 'Give every batch'],
    [
      'one batch has alone',
      [undefined, { shape: [1, 2], data: [0, 1] }],
      'batch 2: labels',
      'Give every batch',
    ],
    ['are text', [['cat']], 'batch 1: labels, at [0]', 'Make numbers'],
  ])('are told where they %s', async (_, labels, where, remedy) => {
    const same = map([1, 0, 0, 0, 1, 0]);
    await expect(compareModels(same, same, labelled(...labels))).rejects.toMatchObject({
      code: 'calibration-invalid',
      where,
      remedy: expect.stringContaining(remedy) as string,
    });
  });
});

describe('models with other outputs', () => {
  const texts = (...data: readonly string[]) => fixed({ t: { shape: [data.length], data } }, { t: 'string' });
  const file = { file: 'a', bytes: 1 };
  const inputs = { source: 'data', paths: [], preparation: [], notes: [] } as const;
  const textOf = (comparison: Awaited<ReturnType<typeof compareModels>>) =>
    comparisonText({ ...comparison, a: file, b: file, sizeRatio: 1, runtime: 'none', inputs });

  it('are compared by equal texts', async () => {
    const same = await compareModels(texts('a', 'b'), texts('a', 'b'), [batch]);
    expect(same.outputs[0]).toMatchObject({ values: 2, exact: true });
    const other = await compareModels(texts('a', 'b'), texts('a', 'c'), [batch]);
    expect(other.outputs[0]).toMatchObject({ values: 1, exact: false, nonFinite: 1 });
    expect(textOf(other)).toMatch(/t +1 +texts differ[^]*t: 1 texts differ\./);
  });

  it('are told apart from NaN in both, which count as equal', async () => {
    const holes = fixed({ y: { shape: [4], data: [NaN, NaN, 1, 2] } });
    const both = await compareModels(holes, fixed({ y: { shape: [4], data: [NaN, NaN, 1, 2] } }), [batch]);
    expect(both.outputs[0]).toMatchObject({ values: 4, exact: true, bothNaN: 2 });
    expect(textOf(both)).toContain('y: 2 of 4 values are NaN in both models, which tells nothing of them.');
    const one = await compareModels(holes, fixed({ y: { shape: [4], data: [NaN, 0, 1, 2] } }), [batch]);
    expect(one.outputs[0]).toMatchObject({ values: 3, nonFinite: 1, bothNaN: 1 });
    expect(textOf(one)).toContain('y: 1 of 4 values are NaN in both models');
  });

  it('are told where a runtime does not give some', async () => {
    const { name, inputs: taken, outputs, run, close } = fixed({ y: { shape: [1], data: [1] } });
    const partly = { name, inputs: taken, outputs, run, close, unread: [value('p', 'map')] };
    const comparison = await compareModels(partly, partly, [batch]);
    expect(comparison).toMatchObject({
      unread: ['p'],
      overall: { exact: false },
      outputs: [{ exact: true }],
    });
    expect(textOf(comparison)).toContain('p: the runtime gives no values of this output');
  });

  it.each([
    ['of two models of the same name', { ...each(() => 1), name: 'same' }, 'same, the second model'],
    ['by its name', { ...each(() => 1), name: 'other' }, 'other'],
  ])('tell which side fails, %s', async (_, second, where) => {
    const first = { ...each(() => 1), name: 'same' };
    const broken = async () => {
      throw new LowbitError({ code: 'calibration-invalid', where: "input 'x'" });
    };
    const named = async () => {
      throw new LowbitError({ code: 'runtime-failed', where: second.name });
    };
    await expect(compareModels(first, { ...second, run: broken }, [batch])).rejects.toMatchObject({
      code: 'calibration-invalid',
      where: `${where}: input 'x'`,
    });
    await expect(compareModels(first, { ...second, run: named }, [batch])).rejects.toMatchObject({
      code: 'runtime-failed',
      where,
    });
  });
});
