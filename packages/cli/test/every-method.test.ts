import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { beforeAll, expect, it } from 'vitest';

import type { CompareDocument } from '@lowbit/report/text';
import type { QuantizeDocument } from '../src/commands/quantize-document.js';
import { letterPage } from './letter-page.js';
import { models, run, temporaryFolder } from './support.js';

let folder: string;
const inFolder = (name: string) => join(folder, name);

beforeAll(async () => {
  folder = await temporaryFolder();
  for (const [label, name] of ['letters', 'more'].entries()) {
    await mkdir(inFolder(`photos/${name}`), { recursive: true });
    await writeFile(inFolder(`photos/${name}/page.png`), letterPage(label, 64, 96));
  }
});

const data = () => ['--calibrate', inFolder('photos'), '--image-size', '64x96'];
const slqAndHwgq = () => [
  ...['--weights', 'slq:order=magnitude,clusters=full', '--activations', 'hwgq', '--activation-bits', '2'],
  ...['--bits', 'progressive:from=8,to=2', ...data()],
];

it.each<[string, () => readonly string[]]>([
  ['slq, hwgq and progressive', slqAndHwgq],
  ['the same with labels', () => [...slqAndHwgq(), '--labels', inFolder('photos')]],
  ['horq for activations', () => ['--activations', 'horq', '--activation-bits', '2']],
  ['dorefa for activations', () => ['--activations', 'dorefa', '--activation-bits', '4', ...data()]],
  ['mlq', () => ['--weights', 'mlq', '--bits', '2']],
  ['horq', () => ['--weights', 'horq', '--bits', '2']],
  ['ul2q', () => ['--weights', 'ul2q', '--bits', '4']],
  ['hwgq', () => ['--weights', 'hwgq', '--bits', '1']],
])('a real detector runs after %s', async (_, argv) => {
  const output = inFolder('out.onnx');
  const written = await run('quantize', models.detector, ...argv(), '-o', output, '--force', '--json');
  expect(written.status, written.stdout).toBe(0);
  const { report } = JSON.parse(written.stdout) as QuantizeDocument;
  expect(report.weights.length).toBeGreaterThan(30);
  expect(report.modelBytes.after).toBeLessThan(report.modelBytes.before / 2);
  expect(report.activations?.filter(({ float }) => float) ?? []).toEqual([]);
  const compared = await run('compare', models.detector, output, ...data(), '--rounds', '0', '--json');
  expect(compared.status, compared.stdout).toBe(0);
  const { outputs } = JSON.parse(compared.stdout) as CompareDocument;
  expect(outputs.map(({ largestError }) => Number.isFinite(largestError))).toEqual([true]);
});
