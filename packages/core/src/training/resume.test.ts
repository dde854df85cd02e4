import { expect, test } from 'vitest';
import { coarse, type MemoryModel } from '../../test/memory-port.js';
import type { StoredCheckpoint } from './store-checkpoint.js';
import { trainableMemory } from '../../test/trainable-memory-port.js';
import {
  loadCheckpoint,
  registry,
  seededRandom,
  storeCheckpoint,
  train,
  type Options,
  type Recipe,
  type Schedule,
  type TrainingCheckpoint,
} from '../index.js';

const random = seededRandom(9);
const matrix = () => ({ shape: [4, 16], values: Float32Array.from({ length: 64 }, () => random() - 0.5) });
const start: MemoryModel = { a: matrix(), b: matrix() };
const target: MemoryModel = { a: matrix(), b: matrix() };
const known = registry([coarse()]);
const simple: Recipe = { registry: known, bits: 4 };

/** Freezes the values of weight `a`, then those of `b`, and remembers how often it was asked. */
const oneByOne: Schedule = {
  kind: 'schedule',
  api: 2,
  name: 'one by one',
  next({ finished, weights, memory, random: drawn }) {
    const weight = weights[finished];
    if (weight === undefined) return null;
    memory['drawn'] = [...((memory['drawn'] as number[] | undefined) ?? []), drawn()];
    return { name: weight.id, hold: new Map([[weight.id, new Uint8Array(weight.values.length).fill(1)]]) };
  },
};

/** Lowers the bits of every weight round by round. */
const falling: Schedule = {
  ...oneByOne,
  name: 'falling',
  simulates: true,
  next({ finished, weights }) {
    const bits = [8, 4, 2][finished];
    return bits === undefined
      ? null
      : { name: `${bits}`, bits: new Map(weights.map(({ id }) => [id, bits])) };
  },
};

/** Freezes the weights one by one, in the order or against it, some each round. */
const ordered = (configured: Options = {}): Schedule => ({
  ...oneByOne,
  name: 'ordered',
  options: {
    reverse: { type: 'boolean', default: false, help: 'Begins at the end.' },
    share: { type: 'number', default: 1, min: 0, max: 1, help: 'Share of the weights that is frozen.' },
  },
  configured,
});

/** A checkpoint from the body of the given round, `steps` updates after it began, stored and loaded. */
async function checkpointIn(recipe: Recipe, round: number, steps: number): Promise<TrainingCheckpoint> {
  const port = trainableMemory(structuredClone(start), target);
  const run = train(port, recipe);
  for await (const { number } of run) {
    if (number < round) port.step();
    if (number < round) continue;
    for (let i = 0; i < steps; i++) port.step();
    const { document, data } = storeCheckpoint(await run.checkpoint());
    return loadCheckpoint(JSON.parse(JSON.stringify(document)), data, 'run.json');
  }
  throw new Error('no such round');
}

/** Trains to the end, one update a round; the rounds that the loop was given, and the result. */
async function finished(recipe: Recipe, resume?: TrainingCheckpoint, model = structuredClone(start)) {
  const port = trainableMemory(model, target);
  const run = train(port, recipe, resume === undefined ? {} : { resume });
  const turns: string[] = [];
  for await (const { number, name } of run) {
    turns.push(`${number} ${name}`);
    port.step();
  }
  return { turns, ...(await run.result) };
}

test.each([
  ['holds', { ...simple, schedule: oneByOne }],
  ['bits', { ...simple, bits: 8, schedule: falling }],
])('a checkpoint from before the training of a round repeats the round: %s', async (_, recipe) => {
  const whole = await finished(recipe);
  for (const [round, turn] of whole.turns.entries()) {
    const untrained = await checkpointIn(recipe, round, 0);
    expect(untrained.rounds).toHaveLength(round);
    const again = await finished(recipe, untrained);
    expect(again.turns).toEqual(whole.turns.slice(round));
    expect(again.turns[0]).toBe(turn);
    expect(again.model).toEqual(whole.model);
    expect(again.rounds).toEqual(whole.rounds);
  }
});

test('a checkpoint from after the training goes on with the next round, and after the last one makes the result', async () => {
  const recipe = { ...simple, bits: 8, schedule: falling };
  const whole = await finished(recipe);
  for (const round of [0, 1, 2]) {
    const again = await finished(recipe, await checkpointIn(recipe, round, 1));
    expect(again.turns).toEqual(whole.turns.slice(round + 1));
    expect(again.model).toEqual(whole.model);
  }
});

test('a checkpoint from after the loop has every round', async () => {
  const port = trainableMemory(structuredClone(start), target);
  const run = train(port, { ...simple, schedule: falling });
  for await (const { number } of run) if (number >= 0) port.step();
  expect((await run.checkpoint()).rounds).toHaveLength(3);
});

test('without a schedule the one round goes on', async () => {
  const trained = await checkpointIn(simple, 0, 3);
  const again = await finished(simple, trained);
  expect(again.turns).toEqual(['0 training']);
  expect(again.rounds).toHaveLength(1);
  const model = structuredClone(start);
  const port = trainableMemory(model, target);
  const run = train(port, simple);
  for await (const { number } of run) for (let i = 0; i < 4 + number; i++) port.step();
  expect(again.model).toEqual((await run.result).model);
});

const other = coarse('other');
const two = { a: matrix(), b: matrix() };
test.each<[string, Recipe, Recipe, MemoryModel, Record<string, unknown>]>([
  [
    'a variable that the model has not',
    simple,
    simple,
    { a: two.a },
    { where: "checkpoint: variable 'b'", expected: 'none of this name', received: '64 values' },
  ],
  [
    'a variable of another size',
    simple,
    simple,
    { ...two, b: { shape: [2, 16], values: new Float32Array(32) } },
    { where: "checkpoint: variable 'b'", expected: '32 values', received: '64 values' },
  ],
  [
    'a quantizer that is not registered',
    { ...simple, weights: other },
    simple,
    two,
    { where: "checkpoint: weight 'a': quantizer", received: 'other' },
  ],
  [
    'other bits',
    simple,
    { ...simple, bits: 2 },
    two,
    { where: "checkpoint: weight 'a': bits", expected: '2', received: '4' },
  ],
  [
    'other bits than before any round',
    { ...simple, bits: 8, schedule: falling },
    { ...simple, bits: 4, schedule: falling },
    two,
    { where: "checkpoint: weight 'a': bits", expected: '4', received: '8' },
  ],
  [
    'another granularity',
    simple,
    { ...simple, granularity: 'tensor' },
    two,
    { where: "checkpoint: weight 'a': granularity" },
  ],
  [
    'a weight that stays float',
    simple,
    { ...simple, exclude: ['b'] },
    two,
    { where: expect.stringContaining("weight 'b'") as string },
  ],
  [
    'another seed',
    simple,
    { ...simple, seed: 3 },
    two,
    { where: 'checkpoint: seed', expected: '3', received: '0' },
  ],
  [
    'another schedule',
    { ...simple, schedule: oneByOne },
    simple,
    two,
    { where: 'checkpoint: schedule', expected: 'none', received: 'one by one' },
  ],
])('a checkpoint with %s is refused, and the model is as it was', async (_, then, now, model, problem) => {
  const before = structuredClone(model);
  await expect(finished(now, await checkpointIn(then, 0, 1), model)).rejects.toMatchObject({
    code: 'checkpoint-invalid',
    remedy: expect.stringContaining('Resume with the model') as string,
    ...problem,
  });
  expect(model).toEqual(before);
});

test('checkpoints of earlier versions, without first bits and schedule, are resumed', async () => {
  const recipe = { ...simple, bits: 8, schedule: falling };
  const { bits, schedule, ...earlier } = await checkpointIn(recipe, 1, 1);
  expect([bits, schedule]).toEqual([{ a: 8, b: 8 }, 'falling']);
  expect((await finished(recipe, earlier)).model).toEqual((await finished(recipe)).model);
  const port = trainableMemory(structuredClone(start), target);
  const run = train(port, recipe, { resume: earlier });
  for await (const { number } of run) {
    expect(number).toBe(2);
    port.step();
    expect((await run.checkpoint()).bits).toEqual(bits);
  }
});

test.each<[string, Options, Options, Record<string, unknown>]>([
  ['other options', { reverse: true }, {}, { option: 'reverse', expected: 'false', received: 'true' }],
  ['the default options', {}, { share: 0.5 }, { option: 'share', expected: '0.5', received: '1' }],
  [
    'both',
    { reverse: true, share: 0.5 },
    { reverse: true },
    { option: 'share', expected: '1', received: '0.5' },
  ],
])('a checkpoint of a schedule with %s is refused', async (_, then, now, { option, ...values }) => {
  const made = await checkpointIn({ ...simple, schedule: ordered(then) }, 0, 1);
  await expect(finished({ ...simple, schedule: ordered(now) }, made)).rejects.toMatchObject({
    code: 'checkpoint-invalid',
    where: `checkpoint: option '${option as string}' of the schedule`,
    ...values,
  });
  const again = await finished({ ...simple, schedule: ordered(then) }, made);
  expect(again.turns).toEqual(['1 b']);
});

test('a checkpoint that does not tell the options of its schedule is resumed, as one from before an option was there', async () => {
  const made = await checkpointIn({ ...simple, schedule: ordered({ reverse: true }) }, 0, 1);
  const { scheduleOptions, ...earlier } = made;
  expect(scheduleOptions).toEqual({ reverse: true, share: 1 });
  for (const resume of [earlier, { ...earlier, scheduleOptions: { reverse: false } }])
    expect((await finished({ ...simple, schedule: ordered() }, resume)).turns).toEqual(['1 b']);
  const gone = { ...earlier, scheduleOptions: { ...scheduleOptions, speed: 2 } };
  await expect(finished({ ...simple, schedule: ordered({ reverse: true }) }, gone)).rejects.toMatchObject({
    where: "checkpoint: option 'speed' of the schedule",
    expected: 'no such option',
    received: '2',
  });
});

test('values that are no checkpoint, and stored ones that were not loaded, are refused', async () => {
  const run = train(trainableMemory(structuredClone(start), target), simple);
  for await (const { number } of run) {
    expect(number).toBe(0);
    const stored = storeCheckpoint(await run.checkpoint());
    for (const wrong of [{}, stored, stored.document])
      await expect(finished(simple, wrong as unknown as TrainingCheckpoint)).rejects.toMatchObject({
        code: 'checkpoint-invalid',
        expected: expect.stringContaining('loadCheckpoint') as string,
      });
    break;
  }
});

test('frozen values of a size that is not the weight are refused', async () => {
  const recipe = { ...simple, schedule: oneByOne };
  const trained = await checkpointIn(recipe, 0, 1);
  const held = trained.frozen.get('a')!;
  const frozen = new Map([['a', { ...held, mask: held.mask.subarray(1), values: held.values.subarray(1) }]]);
  await expect(finished(recipe, { ...trained, frozen })).rejects.toMatchObject({
    code: 'checkpoint-invalid',
    where: "checkpoint: frozen values of 'a'",
  });
});

/** The document with a scheme of another kind for its frozen weight. */
function withScheme(document: StoredCheckpoint['document'], kind: string): object {
  const { a, ...others } = document['frozen'] as Record<string, { readonly scheme: object }>;
  return { ...document, frozen: { ...others, a: { ...a, scheme: { ...a!.scheme, kind } } } };
}

test('stored checkpoints are checked to the last byte and member', async () => {
  const recipe = { ...simple, schedule: oneByOne };
  const { document, data } = storeCheckpoint(await checkpointIn(recipe, 0, 1));
  const longer = new Uint8Array(data.length + 4);
  longer.set(data);
  const broken: (readonly [unknown, Uint8Array])[] = [
    [document, longer],
    [{ ...document, variables: {} }, data],
    [{ ...document, frozen: { a: null } }, data],
    [{ ...document, frozen: { a: { mask: 1, values: 2, scheme: 3 } } }, data],
    [{ ...document, frozen: [] }, data],
    [withScheme(document, 'curved'), data],
    [{ ...document, rounds: 3 }, data],
    [{ ...document, rounds: [null] }, data],
    [{ ...document, rounds: [{}] }, data],
    [{ ...document, rounds: [{ number: 3, name: 'x', frozen: 0, bits: {} }] }, data],
    [{ ...document, rounds: [{ number: 0, name: 'x', frozen: 2, bits: {} }] }, data],
    [{ ...document, rounds: [{ number: 0, name: 'x', frozen: 0, bits: { a: -1 } }] }, data],
    ...[null, 'x', -1, [], { a: 1.5 }].map((bits) => [{ ...document, bits }, data] as const),
    [{ ...document, memory: 'none' }, data],
    [{ ...document, scheduleOptions: 'none' }, data],
  ];
  for (const [bad, bytes] of broken)
    expect(() => loadCheckpoint(bad, bytes, 'run.json')).toThrowError(
      expect.objectContaining({
        code: 'checkpoint-invalid',
        where: expect.stringContaining('run.json') as string,
      }),
    );
});

test('the bytes of a checkpoint are taken as an ArrayBuffer too, and missing ones are told', async () => {
  const checkpoint = await checkpointIn(simple, 0, 1);
  const { document, data } = storeCheckpoint(checkpoint);
  const buffer = data.slice().buffer;
  expect(loadCheckpoint(document, buffer)).toEqual(loadCheckpoint(document, data));
  for (const nothing of [undefined, null, [...data], 'text'])
    expect(() => loadCheckpoint(document, nothing as never)).toThrowError(
      expect.objectContaining({ code: 'checkpoint-invalid', where: 'checkpoint: data' }),
    );
});

test('a checkpoint of another version is not resumed', async () => {
  const resume = { ...(await checkpointIn(simple, 0, 1)), version: 2 } as never;
  const run = train(trainableMemory(structuredClone(start), target), simple, { resume });
  await expect(run[Symbol.asyncIterator]().next()).rejects.toMatchObject({
    code: 'checkpoint-invalid',
    where: 'resume',
    received: 'format lowbit-training, version 2',
  });
});

test('what is handed over wrongly is told by what to write', async () => {
  const checkpoint = await checkpointIn(simple, 0, 1);
  const { document, data } = storeCheckpoint(checkpoint);
  const given: [unknown, string][] = [
    [Promise.resolve(checkpoint), 'await'],
    [{ document, data }, 'loadCheckpoint(document, data)'],
    [document, 'loadCheckpoint(document, data)'],
    [data, 'loadCheckpoint(document, data)'],
    [JSON.stringify(document), 'JSON.parse(text)'],
    [null, 'leave resume out'],
  ];
  for (const [resume, remedy] of given) {
    const run = train(trainableMemory(structuredClone(start), target), simple, { resume: resume as never });
    await expect(run[Symbol.asyncIterator]().next()).rejects.toMatchObject({
      code: 'checkpoint-invalid',
      where: 'resume',
      remedy: expect.stringContaining(remedy) as string,
    });
  }
  const scheduled = {
    ...simple,
    schedule: { kind: 'schedule', api: 2, name: 'done', next: () => null },
  } as const;
  const counted = { ...checkpoint, rounds: 5 };
  const run = train(trainableMemory(structuredClone(start), target), scheduled, { resume: counted as never });
  await expect(run[Symbol.asyncIterator]().next()).rejects.toMatchObject({ where: 'resume: rounds' });
  const loaded: [unknown, unknown, string][] = [
    [JSON.stringify(document), data, 'JSON.parse(text)'],
    [Promise.resolve(document), data, 'await document'],
    [document, Promise.resolve(data), 'await data'],
    [{ document, data }, undefined, 'stored.document'],
  ];
  for (const [json, bytes, remedy] of loaded)
    expect(() => loadCheckpoint(json, bytes as never)).toThrowError(
      expect.objectContaining({
        code: 'checkpoint-invalid',
        remedy: expect.stringContaining(remedy) as string,
      }),
    );
});
