import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { beforeAll, expect, it } from 'vitest';

import type { QuantizeDocument } from '../src/commands/quantize-document.js';
import { letterPage } from './letter-page.js';
import { models, run, temporaryFolder } from './support.js';

let folder: string;
const inFolder = (name: string) => join(folder, name);
const data = () => ['--calibrate', inFolder('photos'), '--image-size', '48x192'];

beforeAll(async () => {
  folder = await temporaryFolder();
  await mkdir(inFolder('photos'));
  for (let i = 0; i < 5; i++) await writeFile(inFolder(`photos/${i}.png`), letterPage(10 * i, 48, 192));
});

async function quantized(...argv: readonly string[]): Promise<QuantizeDocument> {
  const words = ['quantize', models.classifier, ...argv, '-o', inFolder('out.onnx'), '--json', '--force'];
  const { status, stdout } = await run(...words);
  expect(status, stdout).toBe(0);
  return JSON.parse(stdout) as QuantizeDocument;
}

it('rounds by what the inputs of weights are, and applies the plan again', async () => {
  const document = await quantized('--bits', '4', '--rounding', 'auto:sweeps=5', ...data());
  const { weights, plan } = document.report;
  expect(plan.weights[0]).toMatchObject({ rounding: { name: 'auto', options: { sweeps: 5 } } });
  const rounded = weights.filter(({ rounding }) => rounding !== undefined);
  expect(rounded.length).toBeGreaterThan(weights.length / 2);
  expect(Math.max(...rounded.map(({ rounding }) => rounding!.gainDb!))).toBeGreaterThan(1);
  expect(rounded[0]!.rounding!.rows).toBeGreaterThan(100);

  await writeFile(inFolder('plan.json'), JSON.stringify(plan));
  const again = await quantized('--plan', inFolder('plan.json'), ...data());
  expect(again.report.weights).toEqual(weights);
});

it('below 8 bits data decide about codes and biases where nothing else is said', async () => {
  const { report } = await quantized('--bits', '4', ...data());
  const asked = await quantized('--bits', '4', '--rounding', 'auto', '--correct-biases', ...data());
  expect(asked.report.weights).toEqual(report.weights);
  expect(report.biases).not.toHaveLength(0);
  const nearest = await quantized('--bits', '4', '--rounding', 'nearest', '--no-correct-biases', ...data());
  expect(nearest.report.weights.some(({ rounding }) => rounding !== undefined)).toBe(false);
  expect(nearest.report).not.toHaveProperty('biases');
  const wide = await quantized('--bits', '8', ...data());
  expect(wide.report.weights.some(({ rounding }) => rounding !== undefined)).toBe(false);
});

it.each([
  [['--rounding', 'auto'], '--calibrate PATH'],
  [['--correct-biases'], '--calibrate PATH'],
  [['--rounding', 'gptk', '--calibrate', 'photos'], 'Did you mean gptq?'],
  [['--rounding', 'min-max', '--calibrate', 'photos'], 'nearest, auto, gptq'],
  [['--rounding', 'gptq:dampng=1', '--calibrate', 'photos'], 'damping'],
  [['--rounding', 'auto', '--plan', 'plan.json'], '--plan'],
])('%j is wrong usage', async (argv, hint) => {
  const { status, stderr } = await run('quantize', models.classifier, ...argv);
  expect(status).toBe(2);
  expect(stderr).toContain(hint);
});

it('a plan with a rounder needs data too', async () => {
  const { report } = await quantized('--bits', '4', '--rounding', 'gptq', ...data());
  await writeFile(inFolder('gptq.json'), JSON.stringify(report.plan));
  const { status, stderr } = await run('quantize', models.classifier, '--plan', inFolder('gptq.json'));
  expect(status).toBe(2);
  expect(stderr).toContain('sample inputs for gptq');
});

it('corrects biases, which a plan does again and other runs leave', async () => {
  const { report } = await quantized('--bits', '4', '--correct-biases', ...data());
  const corrected = report.biases!.filter(({ left }) => left !== true);
  expect(corrected.length).toBeGreaterThan(report.biases!.length / 2);
  expect(report.plan.biases!.length).toBeGreaterThanOrEqual(corrected.length);
  await writeFile(inFolder('biases.json'), JSON.stringify(report.plan));
  const again = await quantized('--plan', inFolder('biases.json'), ...data());
  expect(again.report.biases).toEqual(report.biases);
  const without = await run('quantize', models.classifier, '--plan', inFolder('biases.json'));
  expect(without.status).toBe(2);
  expect(without.stderr).toContain('--calibrate PATH');
  const left = await quantized('--bits', '4', '--no-correct-biases', '--rounding', 'nearest', ...data());
  expect(left.report.biases).toBeUndefined();
  expect(left.report.plan.biases).toBeUndefined();
});
