import '@tensorflow/tfjs-backend-wasm';
import { seededRandom } from '@lowbit/core';
import { registerWasmTraining } from '@lowbit/tfjs/wasm-training';
import * as tf from '@tensorflow/tfjs-core';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Pictures } from '../src/data/fashion-mnist.js';
import { runs } from '../src/methods/runs.js';
import type { Context } from '../src/run/context.js';
import { runFloat } from '../src/run/run-float.js';
import { runQuantized } from '../src/run/run-quantized.js';
import { full, type Settings } from '../src/settings.js';

const folders: string[] = [];
function newFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'lowbit-resume-'));
  folders.push(folder);
  return folder;
}

/** Pictures of noise with a bright row that tells the class. */
function pictures(count: number, seed: number): Pictures {
  const random = seededRandom(seed);
  const labels = Uint8Array.from({ length: count }, (_, i) => i % 10);
  const pixels = Uint8Array.from({ length: count * 784 }, (_, i) => {
    const row = Math.floor((i % 784) / 28);
    return 100 * random() + (row === 2 * labels[Math.floor(i / 784)]! + 4 ? 150 : 0);
  });
  return { count, pixels, labels };
}

const two = [2e-3, 1e-3];
const settings: Settings = {
  ...full,
  pictures: { training: 100, test: 50 },
  batchSize: 25,
  measured: 50,
  rates: { ...full.rates, float: two, slq: two, ul2q: two },
};

const data = { training: pictures(100, 1), test: pictures(50, 2) };
const contextOf = (folder: string, show: Context['show'] = () => undefined): Context => ({
  settings,
  data,
  folder,
  resumes: true,
  show,
});

beforeAll(async () => {
  await tf.setBackend('wasm');
  registerWasmTraining();
});

afterAll(() => folders.forEach((folder) => rmSync(folder, { recursive: true, force: true })));

test.each(['slq', 'ul2q'])(
  '%s: stopped in the middle and resumed, the numbers are the same',
  async (name) => {
    const run = runs.find((each) => each.name === name)!;
    const [whole, parted] = [newFolder(), newFolder()];
    const float = await runFloat(contextOf(whole));
    const expected = await runQuantized(run, float, contextOf(whole));

    const lastRound = expected.rounds.length;
    const stop = (line: string) => {
      if (line.startsWith(`${name}: round ${lastRound}, epoch 2`)) throw new Error('pulled the plug');
    };
    await expect(runQuantized(run, float, contextOf(parted, stop))).rejects.toThrow('pulled the plug');
    const shown: string[] = [];
    const received = await runQuantized(
      run,
      float,
      contextOf(parted, (line) => shown.push(line)),
    );
    expect({ ...received, seconds: 0 }).toEqual({ ...expected, seconds: 0 });
    expect(shown.every((line) => line.includes(`round ${lastRound}, epoch 2`))).toBe(true);
  },
);

test('a finished run is not trained again', async () => {
  const folder = newFolder();
  const first = await runFloat(contextOf(folder));
  const again = await runFloat(contextOf(folder, () => expect.unreachable('trains')));
  expect(again).toEqual(first);
});
