import { spawn, type ChildProcess } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { npyBytes } from '@lowbit/data';
import { modelPath } from '@lowbit/e2e-real-models';
import { gate, type Part, type Section, type Tell } from '@lowbit/e2e-real-models/proof';
import { binary, ended, lowbit } from '../command.js';
import { turned, upright } from '@lowbit/e2e-proof-onnx';
import { recognizer } from '../subjects/onnx-subjects.js';
import { startRedis, untilSaid } from './redis.js';

const program = process.env['REDIS_SERVER_PATH'] ?? '/usr/bin/redis-server';
const title = 'The same plan from one machine and from four workers, one of which is killed';
/** Of a model of 579 kB; the rest is what `lowbit plan` takes by itself. */
const wanted = ['--choices', '3,8', '--calibrate', 'lines.npy'];

/** Four workers on a queue, one of which dies half-way, against one machine. */
export const queuePart: Part = {
  name: 'queue',
  async measure(tell) {
    if (!existsSync(program)) {
      if (process.env['CI'] === 'true') throw new Error(`${program} is missing: install redis-server`);
      return { name: 'queue', title, rows: [], gates: [], skipped: [`no ${program}: install redis-server`] };
    }
    const folder = await mkdtemp(join(tmpdir(), 'lowbit-policy-'));
    try {
      return await compare(folder, tell);
    } finally {
      await rm(folder, { recursive: true });
    }
  },
};

async function compare(folder: string, tell: Tell): Promise<Section> {
  const lines = recognizer.measuring(new Uint8Array()).slice(0, 4);
  const pictures = [...lines.map(upright), ...lines.map(turned)];
  const values = Float32Array.from(pictures.flatMap(({ inputs }) => Array.from(inputs['x']!.data)));
  await writeFile(join(folder, 'lines.npy'), npyBytes([pictures.length, 3, 48, 192], values));
  const model = modelPath('directions');
  const measure = (...words: readonly string[]) => lowbit(['measure', model, ...wanted, ...words], folder);
  const planOf = async (name: string) => {
    const words = ['--average-bits', '10', '--measurements', `${name}.json`, '-o', `${name}.plan.json`];
    await lowbit(['plan', model, ...wanted, ...words], folder);
    return readFile(join(folder, `${name}.plan.json`), 'utf8');
  };
  tell('one machine');
  await measure('--jobs', '1', '-o', 'one.json');
  const { workers, done, isKilled } = await withWorkers(folder, tell, (url) =>
    measure('--queue', url, '-o', 'four.json'),
  );
  const [one, four] = [await planOf('one'), await planOf('four')];
  return {
    name: 'queue',
    title,
    rows: [
      {
        workers,
        'killed half-way': isKilled ? 1 : 0,
        'jobs that survivors did': done,
        'bytes of the plan': four.length,
        'the same': one === four ? 'yes' : 'no',
      },
    ],
    gates: [
      gate('workers that were killed in a job', Number(isKilled), 1),
      gate('plans that are the same, byte for byte', Number(one === four), 1),
    ],
    skipped: [],
  };
}

/** Has workers at hand while something is done; one is killed when it has begun its second job. */
async function withWorkers(folder: string, tell: Tell, work: (url: string) => Promise<unknown>) {
  const redis = await startRedis(program);
  const workers: ChildProcess[] = [];
  try {
    tell('starting four workers');
    const said = [0, 1, 2, 3].map(() => {
      const words = [binary, 'worker', '--queue', redis.url, '--jobs', '1'];
      const child = spawn(process.execPath, words, { cwd: folder, stdio: ['ignore', 'pipe', 'inherit'] });
      workers.push(child);
      return untilSaid(child);
    });
    await Promise.all(said.map(({ until }) => until('waiting for work')));
    tell('four workers');
    const all = work(redis.url);
    const [victim, ...others] = said;
    await victim!.until('done');
    await victim!.until('begun', 2);
    const isKilled = workers[0]!.kill('SIGKILL');
    await all;
    const done = others.reduce(
      (sum, { lines }) => sum + lines().filter((line) => line.startsWith('done')).length,
      0,
    );
    return { workers: workers.length, done, isKilled };
  } finally {
    for (const worker of workers) worker.kill('SIGKILL');
    await Promise.all(workers.map(ended));
    await redis.stop();
  }
}
