import { spawn, type ChildProcess } from 'node:child_process';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { ended, lineOf, type Redis, startRedis, withoutRedis } from '../../sweep/test/redis.js';
import { letterPage } from './letter-page.js';
import { binary, lowbit, models, run, temporaryFolder } from './support.js';

describe.skipIf(withoutRedis)('lowbit worker', () => {
  let redis: Redis;
  let folder: string;
  const workers: ChildProcess[] = [];

  beforeAll(async () => {
    redis = await startRedis();
    folder = await temporaryFolder();
    await mkdir(join(folder, 'photos'));
    for (let i = 0; i < 4; i++) await writeFile(join(folder, `photos/${i}.png`), letterPage(10 * i, 48, 192));
  });
  afterAll(async () => {
    await Promise.all(workers.map((worker) => ended(worker, 'SIGKILL')));
    await redis?.stop();
  });

  async function startWorker() {
    const words = [binary, 'worker', '--queue', redis.url, '--jobs', '1'];
    const child = spawn(process.execPath, words, { stdio: ['ignore', 'pipe', 'inherit'], cwd: folder });
    workers.push(child);
    const said: string[] = [];
    child.stdout.on('data', (part: Buffer) => said.push(...part.toString().split('\n').filter(Boolean)));
    await lineOf(child, 'waiting for work');
    return { child, said };
  }

  it('does the jobs of others: four give what one machine gives, byte for byte, though one is killed half-way', async () => {
    const given = [
      models.classifier,
      '--choices',
      '4',
      '--include',
      '*conv2d_1?.w_0',
      '--include',
      '*conv2d_2?.w_0',
      '--calibrate',
      join(folder, 'photos'),
      '--image-size',
      '48x192',
    ];
    const file = (name: string) => readFile(join(folder, name), 'utf8');
    await run('measure', ...given, '--jobs', '1', '-o', join(folder, 'one.json'));
    const four = await Promise.all([1, 2, 3, 4].map(startWorker));
    const all = lowbit(['measure', ...given, '--queue', redis.url, '-o', join(folder, 'four.json')]);
    await lineOf(four[0].child, 'done');
    // One that was slow may get no other job: then all ends without it.
    await Promise.race([lineOf(four[0].child, 'begun'), all]);
    await ended(four[0].child, 'SIGKILL');
    expect(await all).toMatchObject({ status: 0 });
    expect(await file('four.json')).toBe(await file('one.json'));
    const done = four.flatMap(({ said }) => said.filter((line) => line.startsWith('done: ')));
    expect(new Set(done).size).toBe(done.length);
    expect(done.length).toBe((JSON.parse(await file('one.json')) as { items: unknown[] }).items.length);
    four[1].child.kill('SIGTERM');
    await new Promise((resolve) => four[1].child.once('exit', resolve));
    expect(four[1].said.at(-1)).toMatch(/^done/);
  });

  it('says what it lacks, and ends, where its files are others', async () => {
    const elsewhere = await temporaryFolder();
    await writeFile(join(elsewhere, 'm.onnx'), await readFile(models.classifier));
    const { child, said } = await startWorker();
    const all = lowbit(['sweep', 'm.onnx', '--bits', '4', '--queue', redis.url], { cwd: elsewhere });
    await new Promise((resolve) => child.once('exit', resolve));
    expect(child.exitCode).toBe(1);
    expect(said.some((line) => line.startsWith('failed'))).toBe(false);
    const words = [binary, 'worker', '--queue', redis.url, '--jobs', '1'];
    workers.push(spawn(process.execPath, words, { stdio: 'ignore', cwd: elsewhere }));
    expect((await all).stdout).toMatch(/min-max +4 +channel/);
  });
});
