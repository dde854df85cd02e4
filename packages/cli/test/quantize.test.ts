import { once } from 'node:events';
import { copyFile, link, mkdir, readFile, stat, symlink, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';

import type { QuantizationPlan, Report } from '@lowbit/core';
import { onnx } from '@lowbit/onnx';
import { beforeAll, describe, expect, it } from 'vitest';

import { contents, lowbit, models, temporaryFolder } from './support.js';
import { tinyModel } from './tiny-model.js';

/** What `lowbit quantize --json` prints. */
interface QuantizeDocument {
  readonly input: string;
  readonly output: string;
  readonly htmlReport?: string;
  readonly report: Report;
}

async function folderWith(name = 'model.onnx', bytes = tinyModel()): Promise<string> {
  const folder = await temporaryFolder();
  await writeFile(join(folder, name), bytes);
  return folder;
}

describe('a real model, no options', () => {
  let folder: string;
  let run: Awaited<ReturnType<typeof lowbit>>;
  beforeAll(async () => {
    folder = await temporaryFolder();
    await copyFile(models.detector, join(folder, 'det.onnx'));
    run = await lowbit(['quantize', 'det.onnx'], { cwd: folder });
  });

  it('writes det_q8.onnx beside it and nothing else', async () => {
    expect(run.status).toBe(0);
    expect(await contents(folder)).toEqual(['det.onnx', 'det_q8.onnx']);
  });

  it('is small enough', async () => {
    const before = await stat(join(folder, 'det.onnx'));
    const after = await stat(join(folder, 'det_q8.onnx'));
    expect(after.size / before.size).toBeLessThanOrEqual(0.3);
  });

  it('gives a model that can be read again', async () => {
    const bytes = new Uint8Array(await readFile(join(folder, 'det_q8.onnx')));
    expect(() => onnx(bytes).layers()).not.toThrow();
  });

  it('tells sizes, errors, forms, what was left and where the result is', () => {
    expect(run.stdout).toMatch(/the whole file +4\.75 MB/);
    expect(run.stdout).toContain('bits a weight');
    expect(run.stdout).toMatch(/worst [\d.]+ dB/);
    expect(run.stdout).toContain('Stored as');
    expect(run.stdout).toContain('Left as they are');
    expect(run.stdout).toContain('Written: det_q8.onnx');
  });

  it('is silent on standard error in a pipe, and without colours', () => {
    expect(run.stderr).toBe('');
    expect(run.stdout).not.toContain('\u001b');
  });
});

it('holds scales and offsets as float16 where that is asked for, and says so', async () => {
  const folder = await temporaryFolder();
  await copyFile(models.speech, join(folder, 'speech.onnx'));
  const argv = ['quantize', 'speech.onnx', '--bits', '4', '--granularity', 'group:32', '--force'];
  const bytes = async (...more: readonly string[]) => {
    const { status, stdout } = await lowbit([...argv, ...more, '--json'], { cwd: folder });
    expect(status, stdout).toBe(0);
    const { report } = JSON.parse(stdout) as QuantizeDocument;
    return { stored: report.sizes.stored, plan: report.plan };
  };
  const float32 = await bytes();
  const float16 = await bytes('--parameters', 'float16');
  expect(await bytes('--parameters', 'float32')).toEqual(float32);
  expect(float16.stored).toBeLessThan(float32.stored);
  const quantized = float16.plan.weights.filter((entry) => entry.bits !== 'float');
  expect(new Set(quantized.map((entry) => entry.parameterStorage))).toEqual(new Set(['float16']));
  const told = await lowbit([...argv, '--parameters', 'float16', '--report', 'report.html'], { cwd: folder });
  expect(told.stdout).toContain('  scales, offsets and codebooks: float16, but');
  expect(await readFile(join(folder, 'report.html'), 'utf8')).toContain('codebooks: float16');
});

it('measures no errors and makes no histograms where that is not wanted', async () => {
  const folder = await folderWith();
  const plain = await lowbit(['quantize', 'model.onnx', '--no-measure', '--report', 'report.html'], {
    cwd: folder,
  });
  expect(plain.stdout).toContain('Error of the weights\n  not measured\n');
  const html = await readFile(join(folder, 'report.html'), 'utf8');
  expect(html).toContain('Errors were not measured.');
  expect(html).toContain('No histograms were made.');
  const json = await lowbit(['quantize', 'model.onnx', '--no-measure', '--json', '--force'], { cwd: folder });
  const { report } = JSON.parse(json.stdout) as QuantizeDocument;
  expect(report.weights.length).toBeGreaterThan(0);
  for (const row of report.weights) expect(Object.keys(row)).not.toContain('error');
});

describe('output', () => {
  it.each([
    [['--bits', '4'], 'model_q4.onnx'],
    [['--bits', '2', '--granularity', 'tensor'], 'model_q2.onnx'],
    [['--bits', '4', '--granularity', 'group:32', '--optimize', 'memory'], 'model_q4.onnx'],
    [['--bits', '4', '--weights', 'ul2q', '--first-last', '8'], 'model_q4.onnx'],
    [['-o', 'other.onnx'], 'other.onnx'],
  ])('%s gives %s', async (options, name) => {
    const folder = await folderWith();
    const run = await lowbit(['quantize', 'model.onnx', ...options], { cwd: folder });
    expect(run.stderr).toBe('');
    expect(run.status).toBe(0);
    expect(await contents(folder)).toContain(name);
  });

  it('is not replaced without --force, and is with it', async () => {
    const folder = await folderWith();
    await writeFile(join(folder, 'model_q8.onnx'), 'old');
    const refused = await lowbit(['quantize', 'model.onnx'], { cwd: folder });
    expect(refused.status).toBe(1);
    expect(refused.stderr).toContain('[file-exists]');
    expect(refused.stderr).toContain('--force');
    expect(await readFile(join(folder, 'model_q8.onnx'), 'utf8')).toBe('old');
    expect((await lowbit(['quantize', 'model.onnx', '--force'], { cwd: folder })).status).toBe(0);
    expect((await stat(join(folder, 'model_q8.onnx'))).size).toBeGreaterThan(3);
    expect(await contents(folder)).toEqual(['model.onnx', 'model_q8.onnx']);
  });

  it('is never the input, also not through links or with --force', async () => {
    const folder = await folderWith();
    await symlink('model.onnx', join(folder, 'soft.onnx'));
    await link(join(folder, 'model.onnx'), join(folder, 'hard.onnx'));
    for (const output of ['model.onnx', './model.onnx', 'soft.onnx', 'hard.onnx']) {
      const run = await lowbit(['quantize', 'model.onnx', '-o', output, '--force'], { cwd: folder });
      expect(run.status, output).toBe(2);
      expect(run.stderr).toContain('--output');
    }
    const report = await lowbit(['quantize', 'model.onnx', '--report', 'soft.onnx', '--force'], {
      cwd: folder,
    });
    expect(report.status).toBe(2);
    expect(new Uint8Array(await readFile(join(folder, 'model.onnx')))).toEqual(tinyModel());
    expect(await contents(folder)).toEqual(['hard.onnx', 'model.onnx', 'soft.onnx']);
  });

  it('needs an existing folder, and may not be a folder or a socket', async () => {
    const folder = await folderWith();
    await mkdir(join(folder, 'out'));
    const server = createServer().listen(join(folder, 'socket'));
    await once(server, 'listening');
    for (const output of ['missing/out.onnx', 'out', 'socket']) {
      const run = await lowbit(['quantize', 'model.onnx', '-o', output, '--force'], { cwd: folder });
      expect(run.status, output).toBe(1);
      expect(run.stderr).toContain('[file-unwritable]');
    }
    expect(await contents(folder)).toEqual(['model.onnx', 'out', 'socket']);
    server.close();
  });

  it('is the same bytes each time', async () => {
    const folder = await folderWith();
    await lowbit(['quantize', 'model.onnx', '-o', 'a.onnx'], { cwd: folder });
    await lowbit(['quantize', 'model.onnx', '-o', 'b.onnx'], { cwd: folder });
    expect(await readFile(join(folder, 'a.onnx'))).toEqual(await readFile(join(folder, 'b.onnx')));
  });
});

describe('--json and --quiet', () => {
  it('prints one document and nothing else', async () => {
    const folder = await folderWith();
    const args = ['quantize', 'model.onnx', '--json', '--report', 'report.html'];
    const run = await lowbit(args, { cwd: folder });
    expect(run.stderr).toBe('');
    const document = JSON.parse(run.stdout) as QuantizeDocument;
    expect(document.output).toBe('model_q8.onnx');
    expect(document.htmlReport).toBe('report.html');
    expect(document.report.plan.weights).toHaveLength(1);
    const written = await stat(join(folder, 'model_q8.onnx'));
    expect(document.report.modelBytes.after).toBe(written.size);
  });

  it('prints nothing with --quiet', async () => {
    const folder = await folderWith();
    const run = await lowbit(['quantize', 'model.onnx', '--quiet'], { cwd: folder });
    expect(run).toMatchObject({ status: 0, stdout: '', stderr: '' });
  });
});

describe('--plan', () => {
  async function planOf(folder: string): Promise<QuantizationPlan> {
    const run = await lowbit(['quantize', 'model.onnx', '--json', '-o', 'first.onnx'], { cwd: folder });
    return (JSON.parse(run.stdout) as QuantizeDocument).report.plan;
  }

  it('applies an edited plan, and the name tells its bits', async () => {
    const folder = await folderWith();
    const plan = await planOf(folder);
    const edited = { ...plan, weights: plan.weights.map((entry) => ({ ...entry, bits: 4 })) };
    await writeFile(join(folder, 'plan.json'), JSON.stringify(edited));
    const run = await lowbit(['quantize', 'model.onnx', '--plan', 'plan.json', '--json'], { cwd: folder });
    const document = JSON.parse(run.stdout) as QuantizeDocument;
    expect(document.output).toBe('model_q4.onnx');
    expect(document.report.weights[0]?.bits).toBe(4);
  });

  it('takes a whole --json document, and repeats its result', async () => {
    const folder = await folderWith();
    const first = await lowbit(['quantize', 'model.onnx', '--json', '-o', 'first.onnx'], { cwd: folder });
    await writeFile(join(folder, 'done.json'), first.stdout);
    const run = await lowbit(['quantize', 'model.onnx', '--plan', 'done.json', '-o', 'again.onnx'], {
      cwd: folder,
    });
    expect(run.status).toBe(0);
    expect(await readFile(join(folder, 'again.onnx'))).toEqual(await readFile(join(folder, 'first.onnx')));
  });

  it('cannot be combined with the options that it replaces', async () => {
    const folder = await folderWith();
    for (const option of [
      ['--bits', '4'],
      ['--weights', 'ul2q'],
      ['--exclude', 'x'],
      ['--exclude-op', 'x'],
      ['--first-last', 'float'],
    ]) {
      const run = await lowbit(['quantize', 'model.onnx', '--plan', 'plan.json', ...option], { cwd: folder });
      expect(run.status).toBe(2);
      expect(run.stderr).toContain(option[0]);
    }
  });

  it.each([
    ['not json', 'JSON'],
    ['[]', 'lowbit-plan'],
    ['{"format":"lowbit-plan","version":1,"port":"onnx","seed":0,"weights":[{"id":"w"}]}', 'weights[0].bits'],
  ])('refuses %s', async (text, expected) => {
    const folder = await folderWith();
    await writeFile(join(folder, 'plan.json'), text);
    const run = await lowbit(['quantize', 'model.onnx', '--plan', 'plan.json'], { cwd: folder });
    expect(run.status).toBe(1);
    expect(run.stderr).toContain('[plan-invalid]');
    expect(run.stderr).toContain(expected);
    expect(await contents(folder)).toEqual(['model.onnx', 'plan.json']);
  });

  it('refuses a plan of another model', async () => {
    const folder = await folderWith();
    const plan = await planOf(folder);
    await writeFile(join(folder, 'plan.json'), JSON.stringify(plan).replaceAll('"w"', '"other"'));
    const run = await lowbit(['quantize', 'model.onnx', '--plan', 'plan.json'], { cwd: folder });
    expect(run.status).toBe(1);
    expect(run.stderr).toContain('[plan-mismatch]');
  });
});

describe('--include and --exclude', () => {
  it('are repeatable globs', async () => {
    const folder = await temporaryFolder();
    await copyFile(models.classifier, join(folder, 'cls.onnx'));
    const count = async (...options: readonly string[]): Promise<number> => {
      const args = ['quantize', 'cls.onnx', '--json', '--force', '--allow-larger', ...options];
      const { stdout } = await lowbit(args, { cwd: folder });
      return (JSON.parse(stdout) as QuantizeDocument).report.weights.length;
    };
    const { stdout } = await lowbit(['quantize', 'cls.onnx', '--json', '--force'], { cwd: folder });
    const ids = (JSON.parse(stdout) as QuantizeDocument).report.weights.map(({ id }) => id);
    expect(await count('--include', ids[0] ?? '', '--include', ids[1] ?? '')).toBe(2);
    expect(await count('--exclude', ids[0] ?? '', '--exclude', ids[1] ?? '')).toBe(ids.length - 2);
  });

  it('fail when nothing is left', async () => {
    const folder = await folderWith();
    const run = await lowbit(['quantize', 'model.onnx', '--exclude', '*'], { cwd: folder });
    expect(run.status).toBe(1);
    expect(run.stderr).toContain('[nothing-to-quantize]');
    expect(await contents(folder)).toEqual(['model.onnx']);
  });
});

describe('Ctrl-C', () => {
  it('ends with 130 in the middle of the work and leaves no file', async () => {
    const folder = await temporaryFolder();
    await copyFile(models.detector, join(folder, 'det.onnx'));
    const terminal = { NODE_OPTIONS: '--import=data:text/javascript,process.stderr.isTTY=true' };
    const run = await lowbit(['quantize', 'det.onnx', '--report', 'report.html'], {
      cwd: folder,
      env: terminal,
      interruptAt: 'quantizing',
    });
    expect(run.status).toBe(130);
    expect(run.stdout).toBe('');
    expect(run.stderr).toContain('[aborted]');
    expect(await contents(folder)).toEqual(['det.onnx']);
  });
});
