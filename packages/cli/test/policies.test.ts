import { copyFile, mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { beforeAll, describe, expect, it } from 'vitest';

import type { QuantizeDocument } from '../src/commands/quantize-document.js';
import { letterPage } from './letter-page.js';
import { contents, models, run, temporaryFolder } from './support.js';

const classes = ['letters', 'rotated'] as const;
const samples = 4;
let folder: string;
const inFolder = (name: string) => join(folder, name);
const data = () => ['--calibrate', inFolder('photos'), '--image-size', '48x192'];
const labels = () => ['--labels', inFolder('photos')];

beforeAll(async () => {
  folder = await temporaryFolder();
  for (const [label, name] of classes.entries()) {
    await mkdir(inFolder(`photos/${name}`), { recursive: true });
    for (let i = 0; i < samples; i++)
      await writeFile(inFolder(`photos/${name}/${i}.png`), letterPage(10 * i, 48 + 150 * label, 192));
  }
});

async function quantized(...argv: readonly string[]): Promise<QuantizeDocument> {
  const { status, stdout } = await run('quantize', models.classifier, ...argv, '--json', '--force');
  expect(status, stdout).toBe(0);
  return JSON.parse(stdout) as QuantizeDocument;
}

async function refused(...argv: readonly string[]): Promise<string> {
  const { status, stdout, stderr } = await run('quantize', models.classifier, ...argv);
  expect({ status, stdout }).toEqual({ status: 2, stdout: '' });
  return stderr;
}

const output = () => ['-o', inFolder('out.onnx')];
const widths = ({ report }: QuantizeDocument) => report.weights.map(({ bits }) => bits);
const reasons = ({ report }: QuantizeDocument) => report.plan.weights.map(({ reason }) => reason).join('\n');

describe('a policy chooses the bits', () => {
  it('by depth without data, with the options that are given', async () => {
    const document = await quantized('--bits', 'progressive:from=6,to=3,depthwise=3', ...output());
    expect(Math.max(...widths(document))).toBe(6);
    expect(Math.min(...widths(document))).toBe(3);
    expect(widths(document)[0]).toBe(6);
    expect(document).not.toHaveProperty('features');
  });

  it('by features of labelled pictures', async () => {
    const bits = ['--bits', 'progressive:from=8,to=4'];
    const document = await quantized(...bits, ...data(), ...labels(), ...output());
    expect(document.features).toMatchObject({ source: 'data', samples: classes.length * samples });
    expect(document.features?.notes.join()).toContain('letters, rotated');
    expect(document).not.toHaveProperty('calibration');
    expect(reasons(document)).toMatch(/trace.ratio/);
    expect(reasons(document)).not.toBe(reasons(await quantized(...bits, ...output())));
  });

  it('beside activations, and other bits at the ends', async () => {
    const document = await quantized(
      ...['--bits', 'progressive:from=6,to=4', '--first-last', '8', '--activations', 'percentile'],
      ...['--integers', 'none', ...data(), ...labels(), ...output()],
    );
    expect(widths(document)[0]).toBe(8);
    expect(widths(document).at(-1)).toBe(8);
    expect(document.features?.samples).toBe(document.calibration?.batches);
    expect(document.report.activations?.length).toBeGreaterThan(10);
  });

  it('beside activations that are measured on every run', async () => {
    const bits = ['--bits', 'progressive:from=6,to=4', '--activations', 'dynamic'];
    const document = await quantized(...bits, ...data(), ...labels(), ...output());
    expect(document.features?.samples).toBe(classes.length * samples);
    expect(document).not.toHaveProperty('calibration');
  });

  it('and names the result', async () => {
    const model = inFolder('model.onnx');
    await copyFile(models.classifier, model);
    const { status } = await run('quantize', model, '--bits', 'progressive:to=4', '--quiet');
    expect(status).toBe(0);
    expect(await contents(folder)).toContain('model_progressive.onnx');
  });
});

describe('what nothing needs is refused', () => {
  it.each([
    [['--bits', 'progressive', '--labels', 'x'], '--calibrate beside it'],
    [['--bits', 'progressive', '--calibration', 'x.json'], '--activations beside it'],
    [['--bits', '4', '--labels', 'x'], '--calibrate beside it'],
  ])('%j', async (argv, expected) => {
    expect(await refused(...argv)).toContain(expected);
  });
});

it('a width that the method does not offer is told for each weight', async () => {
  const { status, stderr } = await run(
    'quantize',
    models.classifier,
    '--bits',
    'progressive',
    '--weights',
    'mlq',
  );
  expect(status).toBe(1);
  expect(stderr).toContain('[unsupported-bits]');
});
