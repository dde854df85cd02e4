import { readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { npyBytes } from '@lowbit/data';
import { beforeAll, describe, expect, it } from 'vitest';

import type { QuantizeDocument } from '../src/commands/quantize-document.js';
import { chainModel, chainSamples, chainSizes } from './chain-model.js';
import { folderWith } from './keras-folder.js';
import { contents, lowbit, run, temporaryFolder } from './support.js';
import { writeGraphModel, writePictureModel } from './tfjs/models.js';

const rows = 48;
let folder: string;
const at = (...names: string[]) => join(folder, ...names);
const model = () => at('chain.onnx');
const data = () => ['--calibrate', at('x.npy')];
const labels = () => ['--labels', at('labels.txt')];

beforeAll(async () => {
  folder = await temporaryFolder();
  await writeFile(model(), chainModel());
  await writeFile(at('x.npy'), npyBytes([rows, chainSizes[0]], chainSamples(rows)));
  await writeFile(at('labels.txt'), Array.from({ length: rows }, (_, i) => `${i % 16}\n`).join(''));
  await writeFile(at('score.js'), 'export default ({ p }) => p.data[0];');
  await writeFile(at('none.js'), 'export const other = 1;');
  await writeFile(at('broken.js'), 'export default () => { throw new Error("no such output"); };');
});

async function quantized(...argv: readonly string[]): Promise<QuantizeDocument> {
  const { status, stdout } = await run('quantize', ...argv, '--json', '--force');
  expect(status, stdout).toBe(0);
  return JSON.parse(stdout) as QuantizeDocument;
}

async function failed(...argv: readonly string[]) {
  const { status, stdout } = await run('quantize', ...argv, '--json', '--force');
  const { error } = JSON.parse(stdout) as {
    error: { code: string; where: string; expected?: string; remedy?: string };
  };
  return { status, ...error };
}

const leastIn = ({ expected = '' }: { readonly expected?: string }) =>
  Number(/at least (\d+) bytes/.exec(expected)?.[1]);
const bytesIn = async (place: string) => {
  const names = await readdir(place);
  const sizes = await Promise.all(names.map(async (name) => (await stat(join(place, name))).size));
  return sizes.reduce((sum, size) => sum + size, 0);
};
const widths = ({ report }: QuantizeDocument) => report.weights.map(({ bits }) => bits);

describe('lowbit quantize --target-size', () => {
  it('chooses bits by what they do to outputs on data, and stays below the size', async () => {
    const document = await quantized(model(), '--target-size', '14.5kB', ...data());
    const { budget, report, data: compared, output } = document;
    const bytes = (await stat(output)).size;
    expect(output).toBe(at('chain_budget.onnx'));
    expect(bytes).toBeLessThanOrEqual(14_500);
    const effect = { of: 'outputs', samples: rows };
    expect(budget).toMatchObject({ limits: { bytes: 14_500 }, bytes, effect });
    expect(bytes >= 0.99 * 14_500 || budget!.step!.bytes > 14_500).toBe(true);
    expect(budget!.measured!.effect).toBeGreaterThan(0);
    expect(new Set(widths(document)).size).toBeGreaterThan(1);
    expect(report.plan.weights[0]!.reason).toContain('alone it costs');
    expect(report.warnings.join()).not.toContain('unverified');
    expect(compared?.paths).toEqual([at('x.npy')]);
  });

  it('says without data that nothing is verified', async () => {
    const argv = ['--target-size', '14500', '-o', at('blind.onnx'), '--force'];
    const { status, stdout } = await run('quantize', model(), ...argv);
    expect(status).toBe(0);
    expect(stdout).toMatch(/Budget\n {2}[\d\u202f]+ of 14\u202f500 bytes, /);
    expect(stdout).toContain('unverified: bits were chosen by the errors of the weights alone');
    const warning = 'warning: budget: bits were chosen by the errors of the weights alone, unverified';
    expect(stdout).toContain(warning);
    expect((await stat(at('blind.onnx'))).size).toBeLessThanOrEqual(14_500);
  });

  it('names the smallest size, which is attained, and what stands against less', async () => {
    const floors = ['--choices', '4,8', '--exclude', 'w0', '--first-last', '8', '-o', at('least.onnx')];
    const error = await failed(model(), '--target-size', '1kB', ...floors);
    expect(error).toMatchObject({ status: 1, code: 'budget-infeasible' });
    expect(error.expected).toContain('float: w0 (excluded by w0); held: w3 (last layer)');
    expect(error.expected).toContain('others have 4 bits or more');
    const least = leastIn(error);
    await quantized(model(), '--target-size', String(least), ...floors);
    expect((await stat(at('least.onnx'))).size).toBe(least);
    expect(leastIn(await failed(model(), '--target-size', String(least - 1), ...floors))).toBe(least);
    const narrow = Number(
      /\(--parameters float16\): then it takes (\d+) bytes at least/.exec(error.remedy ?? '')?.[1],
    );
    expect(narrow).toBeLessThan(least);
    const half = [...floors, '--parameters', 'float16', '--force'];
    await quantized(model(), '--target-size', String(narrow), ...half);
    expect((await stat(at('least.onnx'))).size).toBe(narrow);
    expect((await failed(model(), '--target-size', '1kB', ...half)).remedy).not.toContain('float16');
  });

  it('names what leaving biases as they are would save, which is attained', async () => {
    const cwd = await folderWith('keras3', 'conv2d');
    const file = join(cwd, 'model.keras');
    const shape = [8, 7, 6, 3];
    const values = Float32Array.from({ length: 8 * 7 * 6 * 3 }, (_, i) => Math.sin(i));
    await writeFile(join(cwd, 'given.npy'), npyBytes(shape, values));
    const output = join(cwd, 'out.onnx');
    const argv = ['--to', 'onnx', '--allow-larger', '--calibrate', join(cwd, 'given.npy'), '-o', output];
    const error = await failed(file, '--target-size', '10', ...argv);
    const least = Number(
      /\(--no-correct-biases\): then it takes (\d+) bytes at least/.exec(error.remedy ?? '')?.[1],
    );
    expect(least).toBeLessThan(leastIn(error));
    const plain = [...argv, '--no-correct-biases'];
    expect((await quantized(file, '--target-size', String(least), ...plain)).budget!.bytes).toBe(least);
    expect((await failed(file, '--target-size', '10', ...plain)).remedy).not.toContain('biases');
  });

  it('counts all files of a folder for TensorFlow.js', async () => {
    await writePictureModel(at('pictures'));
    const pixels = Float32Array.from({ length: 512 }, (_, i) => Math.sin(i));
    await writeFile(at('pixels.npy'), npyBytes([8, 8, 8, 1], pixels));
    const to = ['--calibrate', at('pixels.npy'), '--allow-larger', '-o', at('p')];
    const least = leastIn(await failed(at('pictures'), '--target-size', '10', ...to));
    for (const size of [least, least + 60]) {
      const { budget, report } = await quantized(at('pictures'), '--target-size', String(size), ...to);
      expect(await bytesIn(at('p'))).toBe(budget!.bytes);
      expect(budget!.bytes).toBeLessThanOrEqual(size);
      expect(report.modelBytes.after).toBe(budget!.bytes);
      expect(budget!.effect?.samples).toBe(8);
    }
  });

  it('serves graph models of TensorFlow.js', async () => {
    await writeGraphModel(at('graph'));
    const least = leastIn(await failed(at('graph'), '--target-size', '10', '-o', at('g')));
    const { budget } = await quantized(at('graph'), '--target-size', String(least + 300), '-o', at('g'));
    expect(await bytesIn(at('g'))).toBe(budget!.bytes);
    expect(budget!.bytes).toBeLessThanOrEqual(least + 300);
  });

  it.each(['tfjs', 'onnx'])('serves models of Keras that become some for %s', async (to) => {
    const cwd = await folderWith('keras3', 'conv2d');
    const file = join(cwd, 'model.keras');
    const output = to === 'tfjs' ? join(cwd, 'out') : join(cwd, 'out.onnx');
    const argv = ['--to', to, '--allow-larger', '-o', output];
    const least = leastIn(await failed(file, '--target-size', '10', ...argv));
    const { budget } = await quantized(file, '--target-size', String(least), ...argv);
    expect(budget!.bytes).toBe(least);
    expect(to === 'tfjs' ? await bytesIn(output) : (await stat(output)).size).toBe(least);
  });
});

describe('other limits', () => {
  it('an average of stored bits', async () => {
    const { report } = await quantized(model(), '--average-bits', '4.5', '-o', at('a.onnx'));
    expect(report.bitsPerWeight).toBeLessThanOrEqual(4.5);
    expect(report.bitsPerWeight).toBeGreaterThan(4);
  });

  it('decibels, points of labels and of a metric, by running the result', async () => {
    const out = ['-o', at('q.onnx')];
    const clear = await quantized(model(), '--min-sqnr', '35', ...data(), ...out);
    expect(clear.budget!.measured!.sqnrDb).toBeGreaterThanOrEqual(35);
    const right = await quantized(model(), '--max-loss', '5', ...data(), ...labels(), ...out);
    expect(right.budget!.limits).toEqual({ maxLoss: 5 });
    expect(right.budget!.measured!.loss).toBeLessThanOrEqual(5);
    expect(right.report.modelBytes.after).toBeLessThan(clear.report.modelBytes.after);
    const scored = ['--max-loss', '0.001', '--metric', at('score.js'), ...data()];
    const { budget } = await quantized(model(), ...scored, ...out);
    expect(budget!.measured!.loss).toBeLessThanOrEqual(0.001);
  });

  it('with labels tells how well layers separate their classes', async () => {
    const argv = [model(), '--average-bits', '4.5', ...data(), ...labels(), '-o', at('s.onnx')];
    const { separability } = (await quantized(...argv)).budget!;
    expect(separability!.length).toBeGreaterThan(1);
    expect(separability!.every(({ layer, value }) => layer !== '' && value >= 0)).toBe(true);
    const page = at('separated.html');
    const { stdout } = await run('quantize', ...argv, '--force', '--report', page);
    expect(stdout).toContain('classes are separated, by depth (trace ratio): ');
    expect(await readFile(page, 'utf8')).toContain('polyline class="line separability"');
  });

  it('a metric without a limit is what bits are chosen by', async () => {
    const argv = ['--average-bits', '4.5', '--metric', at('score.js'), ...data(), '-o', at('m.onnx')];
    expect((await quantized(model(), ...argv)).budget!.effect).toEqual({ of: 'metric', samples: rows });
  });

  it('bits that never rise with depth', async () => {
    const argv = ['--average-bits', '4.5', '--decreasing', '-o', at('d.onnx')];
    const bits = widths(await quantized(model(), ...argv));
    expect(bits).toEqual([...bits].sort((a, b) => b - a));
  });
});

it('a cancelled measurement leaves nothing', async () => {
  await writeFile(at('stop.js'), 'export default () => (process.kill(process.pid, "SIGINT"), 1);');
  const before = await contents(folder);
  const argv = ['quantize', model(), '--max-loss', '1', '--metric', at('stop.js'), ...data()];
  const { status } = await lowbit([...argv, '-o', at('never.onnx')], { cwd: folder });
  expect(status).toBe(130);
  expect(await contents(folder)).toEqual(before);
});

it('bits that fall with depth have a limit of bytes too', async () => {
  const bits = ['--bits', 'progressive:from=8,to=2,bytes=14500', '-o', at('falling.onnx')];
  const { budget, report } = await quantized(model(), ...bits);
  expect((await stat(at('falling.onnx'))).size).toBeLessThanOrEqual(14_500);
  expect(budget).toMatchObject({ limits: { bytes: 14_500 }, bytes: report.modelBytes.after });
  expect(budget).not.toHaveProperty('unverified');
});

describe('wrong words', () => {
  const oneOf = 'one of --target-size, --average-bits, --max-loss, --min-sqnr beside it';
  const size = 'bytes, or a number with kB, MB or GB, which are 1000 each: 1500000 or 1.5MB';
  it.each([
    [['--target-size', '1.5MiB'], '--target-size', size],
    [['--target-size', '1MB', '--bits', '4'], 'command line', undefined],
    [['--average-bits', '0'], '--average-bits', 'a number above 0'],
    [['--max-loss', '1'], '--max-loss', '--calibrate beside it'],
    [['--max-loss', '1', '--calibrate', 'x'], '--max-loss', '--labels, or --metric, beside it'],
    [['--min-sqnr', '20'], '--min-sqnr', '--calibrate beside it'],
    [['--choices', '2,4'], '--choices', oneOf],
    [
      ['--average-bits', '4', '--choices', '2;4'],
      '--choices',
      'whole numbers from 1 to 16, with commas between',
    ],
    [['--average-bits', '4', '--metric', 'score.js'], '--metric', '--calibrate beside it'],
    [['--decreasing'], '--decreasing', oneOf],
  ])('%j', async (argv, where, expected) => {
    const error = await failed(model(), ...argv);
    expect(error).toMatchObject({ status: 2, where, ...(expected && { expected }) });
  });

  it.each([
    ['missing.js', 'file-missing', ''],
    ['none.js', 'invalid-argument', ''],
    ['broken.js', 'plugin-failed', 'no such output'],
  ])('a metric %s', async (name, code, received) => {
    const argv = ['--average-bits', '6', ...data(), '--metric', at(name), '-o', at('w.onnx')];
    const error = await failed(model(), ...argv);
    expect(error).toMatchObject({ status: 1, code, where: `--metric ${at(name)}` });
    expect(error).toMatchObject(received === '' ? {} : { received });
  });
});
