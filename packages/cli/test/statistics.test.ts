import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { beforeAll, describe, expect, it } from 'vitest';

import type { QuantizeDocument } from '../src/commands/quantize-document.js';
import { letterPage } from './letter-page.js';
import { models, run, temporaryFolder } from './support.js';

let folder: string;
const inFolder = (name: string) => join(folder, name);
const size = ['--image-size', '48x192'];

beforeAll(async () => {
  folder = await temporaryFolder();
  for (const part of ['all', 'first', 'second']) await mkdir(inFolder(part));
  for (let i = 0; i < 10; i++) {
    const page = letterPage(10 * i, 48, 192);
    for (const part of ['all', i < 5 ? 'first' : 'second'])
      await writeFile(inFolder(`${part}/${i}.png`), page);
  }
});

async function quantized(output: string, ...argv: readonly string[]): Promise<QuantizeDocument> {
  const words = ['quantize', models.classifier, '--bits', '3', ...argv, '-o', inFolder(output), '--json'];
  const { status, stdout, stderr } = await run(...words);
  expect(status, stdout + stderr).toBe(0);
  return JSON.parse(stdout) as QuantizeDocument;
}

const saving = (data: string, place: string) => [
  ...['--calibrate', inFolder(data), ...size],
  ...['--save-calibration', inFolder(place)],
];

describe('a folder of statistics', () => {
  it('gives the same file again without data', async () => {
    const { report, calibration } = await quantized('by-data.onnx', ...saving('all', 'statistics'));
    expect(calibration).toMatchObject({ batches: expect.any(Number), saved: inFolder('statistics') });
    const names = await readdir(inFolder('statistics'));
    expect(names.filter((name) => name.endsWith('.bin')).length).toBeGreaterThan(report.weights.length / 2);
    expect(names).toContain('statistics.json');

    const again = await quantized('again.onnx', '--calibration', inFolder('statistics'), '--capture', 'once');
    expect(again.report.weights.filter(({ rounding }) => rounding !== undefined).length).toBeGreaterThan(10);
    expect(again.report.biases!.some(({ left }) => left !== true)).toBe(true);
    const files = await Promise.all(['by-data.onnx', 'again.onnx'].map((name) => readFile(inFolder(name))));
    expect(files[0]!.equals(files[1]!)).toBe(true);
    await writeFile(inFolder('plan.json'), JSON.stringify(again.report.plan));
    const planned = ['--plan', inFolder('plan.json'), '--calibration', inFolder('statistics')];
    const words = ['quantize', models.classifier, ...planned, '-o', inFolder('same.onnx')];
    expect(await run(...words)).toMatchObject({ status: 0 });
    expect(files[0]!.equals(await readFile(inFolder('same.onnx')))).toBe(true);
    expect(again.calibration).toMatchObject({ source: 'file', path: inFolder('statistics') });
  });

  it('is put together from parts of the data by merge', async () => {
    await quantized('first.onnx', ...saving('first', 'part1'));
    await quantized('second.onnx', ...saving('second', 'part2'));
    const parts = [inFolder('part1'), inFolder('part2')];
    const homeless = await run('merge', ...parts);
    expect([homeless.status, homeless.stderr]).toEqual([2, expect.stringContaining('--output FOLDER')]);
    const { status, stdout } = await run('merge', ...parts, '-o', inFolder('both'));
    expect(status).toBe(0);
    const next = `lowbit quantize MODEL --calibration ${inFolder('both')}, with the options that they were gathered for`;
    expect(stdout).toBe(`${inFolder('both')}: statistics of 10 batches\nNext:    ${next}\n`);
    const taken = await run('merge', ...parts, '-o', inFolder('both'));
    expect([taken.status, taken.stderr]).toEqual([1, expect.stringContaining('--force')]);

    const [merged, whole] = await Promise.all(
      ['both', 'statistics'].map(async (place) =>
        JSON.parse(await readFile(join(inFolder(place), 'statistics.json'), 'utf8')),
      ),
    );
    // Five samples a part keep one back each, which are two of the ten.
    expect(merged.inputs).toEqual(whole.inputs);
  });

  it.each([
    [['--calibration', 'nowhere'], 1, 'file-missing'],
    [['--calibration', 'statistics', '--capture', 'sequential'], 2, '--calibrate'],
    [['--calibration', 'statistics', '--calibrate', 'photos'], 2, '--calibrate'],
    [['--save-calibration', 'new'], 2, '--calibrate'],
  ])('%j is told', async (argv, code, hint) => {
    const words = argv.map((word) =>
      word.startsWith('--') || word === 'sequential' ? word : inFolder(word),
    );
    const { status, stderr } = await run('quantize', models.classifier, '--bits', '3', ...words);
    expect([status, stderr]).toEqual([code, expect.stringContaining(hint)]);
  });

  it('of another model, or broken, is refused', async () => {
    const output = ['-o', inFolder('refused.onnx')];
    const given = ['--bits', '3', '--calibration', inFolder('both'), ...output];
    const other = await run('quantize', models.detector, ...given);
    expect([other.status, other.stderr]).toEqual([1, expect.stringContaining('calibration: inputs')]);
    await mkdir(inFolder('broken'));
    for (const name of await readdir(inFolder('both')))
      await writeFile(
        join(inFolder('broken'), name),
        (await readFile(join(inFolder('both'), name))).subarray(0, name.endsWith('.bin') ? 100 : undefined),
      );
    const argv = [
      'quantize',
      models.classifier,
      '--bits',
      '3',
      '--calibration',
      inFolder('broken'),
      ...output,
    ];
    const broken = await run(...argv);
    expect([broken.status, broken.stderr]).toEqual([1, expect.stringContaining('.bin')]);
  });
});

it('statistics of activations alone are merged too', async () => {
  for (const part of ['first', 'second'])
    await quantized(
      `${part}-static.onnx`,
      ...[
        '--activations',
        'min-max',
        '--integers',
        'none',
        '--rounding',
        'nearest',
        ...saving(part, `${part}.json`),
      ],
    );
  const { status, stdout } = await run('merge', inFolder('first.json'), inFolder('second.json'));
  expect(status).toBe(0);
  const merged = JSON.parse(stdout);
  expect(merged).toMatchObject({ format: 'lowbit-calibration', batches: 10 });
  const alone = await run(
    'quantize',
    models.classifier,
    '--bits',
    '3',
    '--calibration',
    inFolder('first.json'),
  );
  expect([alone.status, alone.stderr]).toEqual([2, expect.stringContaining('--activations')]);
});
