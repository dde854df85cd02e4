import { mkdtempSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import type { ProgressEvent } from '@lowbit/core';
import { mergeMeasurements, measure } from '@lowbit/core/policy';
import { describe, expect, it, test } from 'vitest';

import {
  contentHash,
  localRunner,
  measurementsOf,
  measureTasks,
  type OpenedModel,
  runTasks,
  shard,
  trialsOf,
  trialTasks,
} from '@lowbit/sweep';
import { folderStore, hashFiles, threadRunner } from '@lowbit/sweep/node';

const module = new URL('../fixtures/open-chain.mjs', import.meta.url);
const { open } = (await import(module.href)) as { open: (context?: unknown) => Promise<OpenedModel> };
const candidates = [2, 4, 8];
const folder = () => mkdtempSync(join(tmpdir(), 'lowbit-sweep-'));
const text = (value: unknown) => JSON.stringify(value);

/** What one measures in one go, without any jobs. */
const whole = async () => {
  const { port, data, recipe } = await open();
  return measure(port, data, candidates, { recipe: recipe! });
};

/** Counts the jobs that it runs. */
function counting(opened: OpenedModel) {
  const runner = localRunner(opened);
  const ran: string[] = [];
  return {
    ran,
    runner: {
      ...runner,
      run: (...given: Parameters<typeof runner.run>) => (ran.push(given[0].key), runner.run(...given)),
    },
  };
}

describe('measuring by jobs', () => {
  it('gives what measuring in one go gives, byte for byte, for any number of threads', async () => {
    const opened = await open();
    const tasks = await measureTasks(opened, candidates);
    expect(tasks.map(({ job }) => job.kind === 'measure' && job.ids)).toEqual([
      ['w0'],
      ['w1'],
      ['w2'],
      ['w3'],
    ]);
    const expected = text(await whole());
    expect(text(measurementsOf(await runTasks(tasks, localRunner(opened))))).toBe(expected);
    for (const threads of [1, 3]) {
      const runner = threadRunner({ module, context: {}, identity: 'chain', threads });
      expect(text(measurementsOf(await runTasks(tasks, runner)))).toBe(expected);
      await runner.close();
    }
  });

  it('is shared by shards that are merged', async () => {
    const opened = await open();
    const tasks = await measureTasks(opened, candidates);
    const parts = [1, 2, 3].map(async (index) =>
      measurementsOf(await runTasks(shard(tasks, index, 3), localRunner(opened))),
    );
    expect(text(mergeMeasurements(await Promise.all(parts)))).toBe(text(await whole()));
    expect(() => shard(tasks, 0, 3)).toThrow('share 0 of 3');
  });

  it('goes on after an interruption and repeats nothing', async () => {
    const opened = await open();
    const tasks = await measureTasks(opened, candidates);
    const store = folderStore(join(folder(), 'results'));
    const signal = { aborted: false };
    const first = counting(opened);
    const onProgress = ({ done }: ProgressEvent) => void (signal.aborted ||= done === 2);
    await expect(runTasks(tasks, first.runner, { store, signal, onProgress })).rejects.toMatchObject({
      code: 'aborted',
    });
    const second = counting(opened);
    const outcomes = await runTasks(tasks, second.runner, { store });
    expect(second.ran).toEqual(tasks.slice(2).map(({ key }) => key));
    expect(text(measurementsOf(outcomes))).toBe(text(await whole()));
    const third = counting(opened);
    await runTasks(tasks, third.runner, { store });
    expect(third.ran).toEqual([]);
  });

  it('tells how far it is, and how long the rest may take', async () => {
    const opened = await open();
    const events: ProgressEvent[] = [];
    await runTasks(await measureTasks(opened, candidates), localRunner(opened), {
      onProgress: (event) => events.push(event),
    });
    expect(events.map(({ done }) => done)).toEqual([0, 1, 2, 3, 4]);
    expect(events.every(({ total }) => total === 4)).toBe(true);
    expect(events[2].secondsLeft).toBeGreaterThanOrEqual(0);
  });
});

test('results have the address of all that they depend on', async () => {
  const keys = async (identity: string, bits: readonly number[], samples: number) =>
    (await measureTasks({ ...(await open()), identity }, bits, { samples })).map(({ key }) => key);
  const all = await Promise.all([
    keys('a', [2, 4], 8),
    keys('b', [2, 4], 8),
    keys('a', [2, 8], 8),
    keys('a', [2, 4], 4),
  ]);
  expect(new Set(all.flat()).size).toBe(16);
  expect(await keys('a', [2, 4, 4], 8)).toEqual(all[0]);
  expect(await contentHash({ b: 1, a: [2] })).toBe(await contentHash({ a: [2], b: 1 }));
  // Of `printf abc | sha256sum`.
  expect(await contentHash(new TextEncoder().encode('abc'))).toBe(
    'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad',
  );
  const [one, other] = [join(folder(), 'a'), join(folder(), 'b')];
  for (const path of [one, other]) writeFileSync(path, 'abc');
  expect(await hashFiles([one])).toBe(await hashFiles([other]));
  await expect(hashFiles([`${one}-missing`])).rejects.toMatchObject({ code: 'file-unreadable' });
});

describe('threads', () => {
  const measured = async (context: object, threads = 2) => {
    const tasks = await measureTasks(await open(), candidates);
    const runner = threadRunner({ module, context: context as never, identity: 'chain', threads });
    return runTasks(tasks, runner).finally(() => runner.close());
  };

  it('are replaced when they end in the middle of a job, which is done by another', async () => {
    const outcomes = await measured({ dies: join(folder(), 'died') });
    expect(text(measurementsOf(outcomes))).toBe(text(await whole()));
  });

  it('open the model once each', async () => {
    const log = join(folder(), 'log');
    await measured({ log }, 2);
    expect(readFileSync(log, 'utf8')).toBe('opened\nopened\n');
  });

  it('name the jobs that fail three times, when all others are done', async () => {
    await expect(measured({ fails: true })).rejects.toMatchObject({
      code: 'job-failed',
      where: 'measuring w2',
      received: expect.stringContaining('w2 is too much') as string,
    });
  });

  it('refuse a model that is another, and tell why none can be opened', async () => {
    const other = { code: 'plan-mismatch', remedy: expect.stringContaining('same files') as string };
    await expect(measured({ identity: 'another' })).rejects.toMatchObject(other);
    await expect(measured({ missing: true })).rejects.toMatchObject({ code: 'job-failed' });
    const nothing = threadRunner({ module: new URL('./nothing.mjs', module), context: {} });
    const [task] = await measureTasks(await open(), candidates);
    await expect(nothing.run(task, {})).rejects.toThrow('nothing.mjs');
    await nothing.close();
  });

  it('stop when the work is cancelled', async () => {
    const signal = { aborted: false };
    setTimeout(() => (signal.aborted = true), 10);
    const tasks = await measureTasks(await open(), candidates);
    const runner = threadRunner({ module, context: {}, threads: 2 });
    await expect(runTasks(tasks, runner, { signal })).rejects.toMatchObject({ code: 'aborted' });
    await runner.close();
  });
});

test('a whole model is tried with each method, width and granularity; what is not possible is a result', async () => {
  const opened = await open();
  const grid = { weights: ['min-max'], bits: [4, 3], granularity: ['channel', 'tensor'] } as const;
  const tasks = await trialTasks(opened, grid);
  const rows = trialsOf(await runTasks(tasks, localRunner(opened)));
  expect(rows.map(({ weights, bits, granularity }) => [weights, bits, granularity])).toEqual([
    ['min-max', 4, 'channel'],
    ['min-max', 4, 'tensor'],
    ['min-max', 3, 'channel'],
    ['min-max', 3, 'tensor'],
  ]);
  expect(rows[0].trial).toMatchObject({ bytes: 500, weights: 4, by: 'weights' });
  expect(rows[2].trial.impossible?.code).toBe('unsupported-bits');
});

test('a damaged result is told, not taken', async () => {
  const results = folder();
  const opened = await open();
  const tasks = await measureTasks(opened, candidates);
  await runTasks(tasks, localRunner(opened), { store: folderStore(results) });
  const files = readdirSync(results);
  expect(files.sort()).toEqual(tasks.map(({ key }) => `${key}.json`).sort());
  writeFileSync(join(results, files[0]), '{');
  const again = runTasks(tasks, localRunner(opened), { store: folderStore(results) });
  await expect(again).rejects.toMatchObject({ code: 'packed-data', where: join(results, files[0]) });
});
