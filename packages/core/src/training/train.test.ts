import { expect, test } from 'vitest';
import { coarse, type MemoryModel } from '../../test/memory-port.js';
import { trainableMemory } from '../../test/trainable-memory-port.js';
import {
  isLowbitError,
  loadCheckpoint,
  registry,
  seededRandom,
  storeCheckpoint,
  train,
  type Batch,
  type Recipe,
  type Schedule,
  type StoredCheckpoint,
} from '../index.js';
import { budget } from '../policy.js';

const random = seededRandom(3);
const matrix = () => ({ shape: [4, 16], values: Float32Array.from({ length: 64 }, () => random() - 0.5) });
const known = registry([coarse()]);
const batches: Batch[] = [{ inputs: {}, labels: [0] }];

function models(): { model: MemoryModel; target: MemoryModel } {
  return { model: { a: matrix(), b: matrix() }, target: { a: matrix(), b: matrix() } };
}

/** Freezes the largest half of each weight, then the rest. */
const halves: Schedule = {
  kind: 'schedule',
  api: 2,
  name: 'halves',
  next({ finished, weights, memory }) {
    if (finished === 2) return null;
    memory['asked'] = finished + 1;
    const hold = new Map(
      weights.map(({ id, values }) => {
        const limit = [...values].map(Math.abs).sort((x, y) => y - x)[values.length / 2] as number;
        return [id, Uint8Array.from(values, (value) => (finished === 1 || Math.abs(value) > limit ? 1 : 0))];
      }),
    );
    return { name: `half ${finished + 1}`, hold };
  },
};

const recipe: Recipe = { registry: known, bits: 4, schedule: halves };

test('frozen values stay equal bit for bit, the others train, and the result is made of the levels', async () => {
  const { model, target } = models();
  const port = trainableMemory(model, target);
  const run = train(port, recipe, { batches });
  const seen: Float32Array[] = [];
  for await (const round of run) {
    const before = model['a']!.values.slice();
    for (let i = 0; i < 20; i++) port.step();
    const moved = model['a']!.values.filter((value, i) => value !== before[i]).length;
    expect(moved).toBe(Math.round(64 * (round.number === 0 ? 0.5 : 0)));
    seen.push(model['a']!.values.slice());
  }
  const { model: small, rounds, plan } = await run.result;
  expect(small['a']!.values).toEqual(seen[1]);
  expect(rounds.map(({ name, frozen }) => [name, frozen])).toEqual([
    ['half 1', 0.5],
    ['half 2', 1],
  ]);
  expect(rounds[0]!.trainedLoss).toBeLessThan(rounds[0]!.loss!);
  expect(rounds[1]!.trainedLoss).toBe(rounds[1]!.loss);
  expect(plan.weights.every(({ bits }) => bits === 4)).toBe(true);
  expect(port.isReleased).toBe(true);
  expect(model['a']!.values).toEqual(seen[1]);
});

test('leaving early gives the model back as it was, and the result is aborted', async () => {
  const { model, target } = models();
  const original = model['a']!.values.slice();
  const port = trainableMemory(model, target);
  const run = train(port, recipe);
  for await (const round of run) {
    expect(round.loss).toBeUndefined();
    port.step();
    break;
  }
  expect(model['a']!.values).toEqual(original);
  expect(port.isReleased).toBe(true);
  await expect(run.result).rejects.toMatchObject({ code: 'aborted' });
});

test('cancelling does so when the round is over', async () => {
  const { model, target } = models();
  const original = model['a']!.values.slice();
  const port = trainableMemory(model, target);
  const signal = { aborted: false, reason: 'enough' };
  const run = train(port, recipe, { signal });
  const iterate = async () => {
    for await (const { number } of run) {
      expect(number).toBe(0);
      port.step();
      signal.aborted = true;
    }
  };
  await expect(iterate()).rejects.toMatchObject({ code: 'aborted', where: 'train', cause: 'enough' });
  expect(run.rounds).toHaveLength(1);
  expect(model['a']!.values).toEqual(original);
  expect(port.isReleased).toBe(true);
});

test('an error in the body of the loop does so too', async () => {
  const { model, target } = models();
  const original = model['b']!.values.slice();
  const port = trainableMemory(model, target);
  const work = async () => {
    for await (const round of train(port, recipe)) {
      port.step();
      throw new RangeError(round.name);
    }
  };
  await expect(work()).rejects.toThrow('half 1');
  expect(model['b']!.values).toEqual(original);
});

test('without a schedule there is one round with every weight simulated', async () => {
  const { model, target } = models();
  const port = trainableMemory(model, target);
  const run = train(port, { registry: known, bits: 4, exclude: ['b'] });
  const names: string[] = [];
  for await (const { name, bits, frozen } of run) {
    names.push(name);
    expect(bits).toEqual({ a: 4 });
    expect(frozen).toBe(0);
    expect(port.simulated).toMatchObject([{ id: 'a', bits: 4, slicing: { axes: [0] } }]);
    port.step();
  }
  expect(names).toEqual(['training']);
  const { model: small, report } = await run.result;
  expect(new Set(small['a']!.values.subarray(0, 16)).size).toBeLessThanOrEqual(15);
  expect(small['b']!.values).toEqual(model['b']!.values);
  expect(report.weights.map(({ id }) => id)).toEqual(['a']);
});

test('bits may fall over time', async () => {
  const falling: Schedule = {
    ...halves,
    name: 'falling',
    simulates: true,
    next: ({ finished, weights }) => {
      const bits = [8, 4, 2][finished];
      return bits === undefined
        ? null
        : { name: `${bits} bits`, bits: new Map(weights.map(({ id }) => [id, bits])) };
    },
  };
  const { model, target } = models();
  const port = trainableMemory(model, target);
  const run = train(port, { registry: known, schedule: falling });
  const simulated: number[] = [];
  for await (const round of run) simulated.push(port.simulated[0]!.bits, round.bits['b']!);
  expect(simulated).toEqual([8, 8, 4, 4, 2, 2]);
  expect((await run.result).plan.weights.map(({ bits }) => bits)).toEqual([2, 2]);
  const wrong = { ...falling, next: () => ({ name: 'three', bits: new Map([['a', 3]]) }) };
  const failing = train(trainableMemory(model, target), { registry: known, schedule: wrong });
  await expect(failing[Symbol.asyncIterator]().next()).rejects.toMatchObject({ code: 'unsupported-bits' });
});

test('a run is stored and resumed, and ends as if it had not been left', async () => {
  const { model, target } = models();
  const [whole, left, elsewhere] = [model, structuredClone(model), structuredClone(model)];
  const port = trainableMemory(left, target);
  const first = train(port, recipe);
  let stored: StoredCheckpoint | undefined;
  for await (const round of first) {
    expect(round.number).toBe(0);
    port.step();
    stored = storeCheckpoint(await first.checkpoint());
    break;
  }
  const resume = loadCheckpoint(JSON.parse(JSON.stringify(stored!.document)), stored!.data, 'run.json');
  expect(resume.memory).toEqual({ asked: 1 });
  const again = train(trainableMemory(elsewhere, target), recipe, { resume });
  const numbers: number[] = [];
  for await (const { number } of again) numbers.push(number);
  expect(numbers).toEqual([1]);
  const wholePort = trainableMemory(whole, target);
  const reference = train(wholePort, recipe);
  for await (const { number } of reference) if (number === 0) wholePort.step();
  expect((await again.result).model).toEqual((await reference.result).model);
});

test('a stored run knows the loss that the training before it has led to', async () => {
  const { model, target } = models();
  const port = trainableMemory(model, target);
  const run = train(port, recipe, { batches });
  for await (const { number, trainedLoss } of run) {
    expect(trainedLoss).toBeUndefined();
    port.step();
    const { rounds } = await run.checkpoint();
    expect(rounds).toHaveLength(number + 1);
    expect(rounds.at(-1)).toEqual({ ...run.rounds.at(-1), trainedLoss: expect.any(Number) as number });
    break;
  }
});

test('a stored run that is broken is refused with its place', async () => {
  const { model, target } = models();
  const run = train(trainableMemory(model, target), recipe);
  for await (const { name } of run) {
    expect(name).toBe('half 1');
    const { document, data } = storeCheckpoint(await run.checkpoint());
    const broken = [
      [document, data.subarray(0, 100)],
      [{ ...document, version: 2 }, data],
      [{ ...document, variables: { a: { type: 'float32', offset: -4, length: 9 } } }, data],
      [{ ...document, plan: {} }, data],
      [null, data],
    ] as const;
    for (const [bad, bytes] of broken)
      expect(() => loadCheckpoint(bad, bytes, 'run.json')).toThrowError(
        expect.objectContaining({ message: expect.stringContaining('run.json') as string }),
      );
    break;
  }
});

test('what a plugin gets wrong is told with its name', async () => {
  const { model, target } = models();
  const start = async (schedule: Schedule) => {
    const port = trainableMemory(model, target);
    for await (const { number } of train(port, { registry: known, bits: 4, schedule })) return number;
    return undefined;
  };
  const named = (next: Schedule['next']) => start({ ...halves, name: 'odd', next });
  const failing = { code: 'plugin-failed', where: "schedule 'odd'" };
  await expect(
    named(() => ({ name: '', hold: new Map([['zzz', new Uint8Array(64)]]) })),
  ).rejects.toMatchObject(failing);
  await expect(named(() => ({ name: '', hold: new Map([['a', new Uint8Array(3)]]) }))).rejects.toMatchObject(
    failing,
  );
  await expect(
    named(() => {
      throw new TypeError('oops');
    }),
  ).rejects.toMatchObject({ ...failing, received: 'oops' });
  const forgetful = { ...coarse('forgetful'), refit: coarse().fit };
  const port = trainableMemory(model, target);
  const lossy = async () => {
    for await (const round of train(port, {
      weights: forgetful,
      bits: 4,
      granularity: 'tensor',
      schedule: halves,
    })) {
      model['a']!.values.forEach(
        (value, i) => (model['a']!.values[i] = round.number === 0 ? 3 * value : value),
      );
      port.step();
    }
  };
  const error: unknown = await lossy().then(
    () => undefined,
    (reason: unknown) => reason,
  );
  expect(isLowbitError(error) && error.code).toBe('plugin-failed');
  expect(String(error)).toContain("quantizer 'forgetful'");
});

const wrongRounds: [string, unknown, string][] = [
  ['a list as hold', { hold: [] }, 'a list'],
  ['an object as hold', { hold: {} }, 'an object of Object'],
  ['an object as bits', { bits: {} }, 'an object of Object'],
  ['a misspelt member', { hodl: new Map() }, 'the member hodl'],
  ['a mask of twos', { hold: new Map([['a', new Uint8Array(64).fill(2)]]) }, '2'],
  ['a mask of booleans', { hold: new Map([['a', Array<boolean>(64).fill(true)]]) }, 'a list'],
  ['no name', { name: undefined }, 'undefined'],
];

test.each(wrongRounds)('a round with %s is told with the schedule', async (_, members, received) => {
  const { model, target } = models();
  const next = () => ({ name: 'round', ...(members as object) });
  const schedule = { ...halves, name: 'odd', next };
  const run = train(trainableMemory(model, target), { registry: known, bits: 4, schedule });
  await expect(run[Symbol.asyncIterator]().next()).rejects.toMatchObject({
    code: 'plugin-failed',
    where: "schedule 'odd'",
    received,
  });
});

test('a memory that cannot be stored is told with the schedule', async () => {
  const { model, target } = models();
  const next: Schedule['next'] = ({ memory }) => {
    memory['count'] = 1n;
    return { name: 'round' };
  };
  const schedule = { ...halves, name: 'odd', next };
  const run = train(trainableMemory(model, target), { registry: known, bits: 4, schedule });
  await expect(run[Symbol.asyncIterator]().next()).rejects.toMatchObject({
    code: 'plugin-failed',
    where: "schedule 'odd': memory",
  });
});

test('a run is used once', async () => {
  const { model, target } = models();
  const run = train(trainableMemory(model, target), recipe);
  expect(() => run.checkpoint()).toThrow('before the first round');
  await run[Symbol.asyncIterator]().next();
  await expect(run[Symbol.asyncIterator]().next()).rejects.toMatchObject({ code: 'invalid-argument' });
});

test('a budget is spent before training begins', async () => {
  const { model, target } = models();
  const bits = budget({ averageBits: 9, choices: [2, 4, 8] });
  const run = train(trainableMemory(model, target), { registry: known, bits });
  const seen: object[] = [];
  for await (const round of run) seen.push(round.bits);
  const { plan } = await run.result;
  expect(plan.weights.every(({ reason }) => reason.startsWith('budget:'))).toBe(true);
  expect(seen).toEqual([Object.fromEntries(plan.weights.map((entry) => [entry.id, entry.bits]))]);
});
