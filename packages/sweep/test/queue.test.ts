import { spawn, type ChildProcess } from 'node:child_process';
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { measure } from '@lowbit/core/policy';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { measurementsOf, measureTasks, type OpenedModel, runTasks } from '@lowbit/sweep';
import { queueRunner, serveQueue } from '@lowbit/sweep/node';
import { ended, lineOf, type Redis, startRedis, withoutRedis } from './redis.js';

const module = new URL('../fixtures/open-chain.mjs', import.meta.url);
const script = fileURLToPath(new URL('../fixtures/serve.mjs', import.meta.url));
const { open } = (await import(module.href)) as { open: (context?: unknown) => Promise<OpenedModel> };
const candidates = [2, 4, 8];
const text = (value: unknown) => JSON.stringify(value);
const folder = () => mkdtempSync(join(tmpdir(), 'lowbit-queue-'));

describe.skipIf(withoutRedis)('a queue on Redis', () => {
  let redis: Redis;
  const workers: ChildProcess[] = [];
  beforeAll(async () => void (redis = await startRedis()));
  afterAll(async () => {
    await Promise.all(workers.map((worker) => ended(worker, 'SIGKILL')));
    await redis?.stop();
  });

  /** A worker in a process of its own, and what it has said. */
  async function startWorker(queue: string) {
    const child = spawn(process.execPath, [script, redis.url, queue], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    workers.push(child);
    const said: string[] = [];
    child.stdout.on('data', (part: Buffer) => said.push(...part.toString().split('\n').filter(Boolean)));
    await lineOf(child, 'ready');
    return { child, said };
  }

  const measured = async (queue: string, context: object = {}, identity = 'chain') => {
    const tasks = await measureTasks({ ...(await open()), identity }, candidates);
    const runner = await queueRunner({ url: redis.url, queue, context: context as never, identity });
    return runTasks(tasks, runner).finally(() => runner.close());
  };
  const whole = async () => {
    const { port, data, recipe } = await open();
    return text(await measure(port, data, candidates, { recipe: recipe! }));
  };

  it('has four workers measure what one machine does, byte for byte, though one is killed half-way', async () => {
    const four = await Promise.all([1, 2, 3, 4].map(() => startWorker('four')));
    const slow = { log: join(folder(), 'log'), waits: 400 };
    const all = measured('four', slow);
    const [victim] = four;
    await lineOf(victim.child, 'begun');
    await ended(victim.child, 'SIGKILL');
    expect(text(measurementsOf(await all))).toBe(await whole());
    const begun = four.map(({ said }) => said.filter((line) => line.startsWith('begun')).length);
    const done = four.flatMap(({ said }) => said.filter((line) => line.startsWith('done')));
    expect(begun[0]).toBeGreaterThan(0);
    expect(new Set(done).size).toBe(4);
    // What is known is not done again, though nobody is there to do it.
    await Promise.all(four.map(({ child }) => ended(child, 'SIGTERM')));
    expect(text(measurementsOf(await measured('four', slow)))).toBe(await whole());
  });

  it('is served by workers that come later, and goes on without one that leaves', async () => {
    const all = measured('later');
    const first = await startWorker('later');
    await lineOf(first.child, 'begun');
    await Promise.all([ended(first.child, 'SIGTERM'), startWorker('later')]);
    expect(text(measurementsOf(await all))).toBe(await whole());
  });

  it('names the job that fails three times, when all others are done', async () => {
    const { said } = await startWorker('fails');
    const failed = { code: 'job-failed', where: 'measuring w2' };
    await expect(measured('fails', { fails: true })).rejects.toMatchObject({
      ...failed,
      received: expect.stringContaining('failed 3 times, at last: Error: w2 is too much') as string,
    });
    expect(said.filter((line) => line === 'failed measuring w2')).toHaveLength(3);
    expect(said.filter((line) => line.startsWith('done'))).toHaveLength(3);
    await expect(measured('fails', { fails: true })).rejects.toMatchObject(failed);
  });

  it('gives jobs back that a worker cannot do, for other files or other versions, and ends the worker', async () => {
    const context = { identity: 'mine', otherOnce: join(folder(), 'opened') };
    const all = measured('other', context, 'mine');
    const useless = await startWorker('other');
    await lineOf(useless.child, 'ended plan-mismatch');
    await startWorker('other');
    const outcomes = await all;
    expect(outcomes).toHaveLength(4);
    expect(useless.said.some((line) => line.startsWith('failed'))).toBe(false);
  });

  it('says what is wrong with its address', async () => {
    const given = { context: {}, identity: 'chain' };
    const nobody = { code: 'runtime-failed', where: 'queue redis://127.0.0.1:1' };
    await expect(queueRunner({ ...given, url: 'redis://me:secret@127.0.0.1:1' })).rejects.toMatchObject(
      nobody,
    );
    await expect(queueRunner({ ...given, url: 'here' })).rejects.toMatchObject({ code: 'invalid-argument' });
    await expect(serveQueue({ url: 'redis://127.0.0.1:1', module })).rejects.toMatchObject(nobody);
  });
});
