import { mkdir, open, readFile, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { npyBytes } from '@lowbit/data';
import type { CompareDocument } from '@lowbit/report/text';
import { describe, expect, it } from 'vitest';

import type { QuantizeDocument } from '../src/commands/quantize-document.js';
import { externalModel } from './external-model.js';
import { contents, run, temporaryFolder } from './support.js';
import { tinyModel } from './tiny-model.js';

interface Place {
  readonly folder: string;
  at(name: string): string;
  quantize(...argv: readonly string[]): Promise<{ status: number; stdout: string; stderr: string }>;
}

/** A folder with a model and the files beside it. */
async function modelFolder(weightFile = 'weight.bin', biasFile = 'bias.bin'): Promise<Place> {
  const folder = await temporaryFolder();
  const { model, weight, bias } = externalModel(weightFile, biasFile);
  const at = (name: string) => join(folder, name);
  await writeFile(at('model.onnx'), model);
  await writeFile(at('weight.bin'), weight);
  await writeFile(at('bias.bin'), bias);
  return { folder, at, quantize: (...argv) => run('quantize', at('model.onnx'), ...argv) };
}

async function decibels(a: string, b: string): Promise<number> {
  const { stdout } = await run('compare', a, b, '--rounds', '0', '--json');
  return (JSON.parse(stdout) as CompareDocument).overall.sqnrDb ?? Infinity;
}

const documentOf = (stdout: string) => JSON.parse(stdout) as QuantizeDocument;

describe('a model with tensors in other files', () => {
  it('becomes one file, which is told how it is loaded; its files stay as they are', async () => {
    const { folder, at, quantize } = await modelFolder();
    const bias = await readFile(at('bias.bin'));
    const { status, stdout, stderr } = await quantize('--json');
    expect(status, stderr).toBe(0);
    expect(documentOf(stdout)).not.toHaveProperty('dataFiles');
    expect(documentOf(stdout).report.weights).toHaveLength(1);
    expect(documentOf(stdout).next).toBe(
      `const session = await ort.InferenceSession.create(${JSON.stringify(at('model_q8.onnx'))});`,
    );
    expect(await contents(folder)).toEqual(['bias.bin', 'model.onnx', 'model_q8.onnx', 'weight.bin']);
    expect(await readFile(at('bias.bin'))).toEqual(bias);
    expect(await decibels(at('model.onnx'), at('model_q8.onnx'))).toBeGreaterThan(35);
    await rm(at('bias.bin'));
    expect(await decibels(at('model_q8.onnx'), at('model_q8.onnx'))).toBe(Infinity);
  });

  it('may have more than 2 GiB in one file', async () => {
    const [{ at }, large] = [await modelFolder(), await temporaryFolder()];
    const offset = 2.4e9;
    const { model, weight, bias } = externalModel('weight.bin', 'bias.bin', offset);
    await writeFile(join(large, 'model.onnx'), model);
    await writeFile(join(large, 'bias.bin'), bias);
    const file = await open(join(large, 'weight.bin'), 'w');
    await file.write(weight, 0, weight.length, offset);
    await file.truncate(2.5e9);
    await file.close();
    const { status, stderr } = await run('quantize', join(large, 'model.onnx'));
    expect(status, stderr).toBe(0);
    expect(await decibels(at('model.onnx'), join(large, 'model_q8.onnx'))).toBeGreaterThan(35);
  });

  it('may be a link, as caches of model hubs keep it, with its data beside the link and where it leads', async () => {
    const { folder, at } = await modelFolder();
    await rename(at('weight.bin'), at('2e'));
    const named = join(folder, 'named');
    await mkdir(named);
    await rename(at('bias.bin'), join(named, 'bias.bin'));
    await symlink('../model.onnx', join(named, 'model.onnx'));
    await symlink('../2e', join(named, 'weight.bin'));
    const { status, stderr } = await run('quantize', join(named, 'model.onnx'));
    expect(status, stderr).toBe(0);
    expect(await contents(named)).toEqual(['bias.bin', 'model.onnx', 'model_q8.onnx', 'weight.bin']);
    expect(await decibels(join(named, 'model.onnx'), join(named, 'model_q8.onnx'))).toBeGreaterThan(35);
  });

  it('gets its files in another folder, and not over others', async () => {
    const { at, quantize } = await modelFolder();
    await mkdir(at('out'));
    const output = at('out/small.onnx');
    const { status, stdout } = await quantize('--external', '-o', output);
    expect(status).toBe(0);
    expect(stdout).toContain(`Data:    ${at('out/bias.bin')}`);
    const beside = ['bias.bin', 'small.onnx.data'].map((path) => ({ path, data: at(`out/${path}`) }));
    expect(stdout).toContain(
      `create(${JSON.stringify(output)}, ${JSON.stringify({ externalData: beside })});`,
    );
    expect(await contents(at('out'))).toEqual(['bias.bin', 'small.onnx', 'small.onnx.data']);
    await rm(at('weight.bin'));
    expect(await decibels(output, output)).toBe(Infinity);

    await rm(output);
    await rm(at('out/small.onnx.data'));
    await writeFile(at('weight.bin'), externalModel().weight);
    await writeFile(at('out/bias.bin'), 'theirs');
    const refused = await quantize('--external', '-o', output);
    expect(refused.status).toBe(1);
    expect(refused.stderr).toContain('[file-exists]');
    expect(refused.stderr).toContain('another folder');
    expect(await contents(at('out'))).toEqual(['bias.bin']);
    expect(await readFile(at('out/bias.bin'), 'utf8')).toBe('theirs');
    expect((await quantize('--external', '-o', output, '--force')).status).toBe(0);
  });

  it('writes nothing when a data file cannot be written', async () => {
    const { at, quantize } = await modelFolder();
    await mkdir(at('out/bias.bin'), { recursive: true });
    const { status, stderr } = await quantize(
      '--external',
      '-o',
      at('out/small.onnx'),
      '--force',
      '--report',
      at('out/r.html'),
    );
    expect(status).toBe(1);
    expect(stderr).toContain('[file-unwritable]');
    expect(await contents(at('out'))).toEqual(['bias.bin']);
  });

  it('becomes one file with --no-external', async () => {
    const { at, quantize } = await modelFolder();
    await mkdir(at('out'));
    const { status, stdout } = await quantize('--no-external', '-o', at('out/one.onnx'), '--json');
    expect(status, stdout).toBe(0);
    expect(documentOf(stdout)).not.toHaveProperty('dataFiles');
    expect(await contents(at('out'))).toEqual(['one.onnx']);
    expect(await decibels(at('model.onnx'), at('out/one.onnx'))).toBeGreaterThan(35);
  });

  it('never replaces data that the original needs, also with --force', async () => {
    const { at, quantize } = await modelFolder('model_q8.onnx.data');
    await writeFile(at('model_q8.onnx.data'), externalModel().weight);
    const { status, stderr } = await quantize('--external', '--force');
    expect(status).toBe(2);
    expect(stderr).toContain('another folder');
    expect(new Uint8Array(await readFile(at('model_q8.onnx.data')))).toEqual(externalModel().weight);
  });

  it('is observed', async () => {
    const { at, quantize } = await modelFolder();
    const values = Float32Array.from({ length: 320 }, (_, i) => Math.sin(i));
    await writeFile(at('x.npy'), npyBytes([5, 64], values));
    const argv = [
      '--activations',
      'min-max',
      '--integers',
      'operators',
      '--calibrate',
      at('x.npy'),
      '--json',
    ];
    const { status, stdout } = await quantize(...argv);
    expect(status, stdout).toBe(0);
    const { report } = documentOf(stdout);
    expect(report.weights[0]?.form).toBe('MatMulInteger');
    expect(report.activations?.[0]).toMatchObject({
      tensor: 'x',
      fitted: { observed: { max: expect.closeTo(1, 2) } },
    });
  });
});

describe('a model in one file', () => {
  it('is split with --external, with data named for the result, which never replaces other data', async () => {
    const folder = await temporaryFolder();
    const at = (name: string) => join(folder, name);
    await writeFile(at('tiny.onnx'), tinyModel());
    const { status, stdout } = await run('quantize', at('tiny.onnx'), '--external', '--json');
    expect(status, stdout).toBe(0);
    expect(documentOf(stdout).dataFiles).toEqual([at('tiny_q8.onnx.data')]);
    expect(await contents(folder)).toEqual(['tiny.onnx', 'tiny_q8.onnx', 'tiny_q8.onnx.data']);
    expect(await decibels(at('tiny.onnx'), at('tiny_q8.onnx'))).toBeGreaterThan(35);

    const data = await readFile(at('tiny_q8.onnx.data'));
    const beside = await run('quantize', at('tiny.onnx'), '--external', '--bits', '4', '--json');
    expect(documentOf(beside.stdout).dataFiles).toEqual([at('tiny_q4.onnx.data')]);
    expect(await decibels(at('tiny.onnx'), at('tiny_q8.onnx'))).toBeGreaterThan(35);

    await writeFile(at('b.onnx.data'), data);
    const other = await run(
      'quantize',
      at('tiny.onnx'),
      '--external',
      '--weights',
      'absmax',
      '-o',
      at('b.onnx'),
    );
    expect(other.status).toBe(1);
    expect(other.stderr).toContain('[file-exists]');
    expect(other.stderr).toContain('another folder');
    expect(await readFile(at('b.onnx.data'))).toEqual(data);
    expect(await contents(folder)).not.toContain('b.onnx');
  });
});

describe('files that must not be read', () => {
  it.each(['../weight.bin', '/etc/hostname', 'sub/../../weight.bin', '*/_ORT_MEM_ADDR_/*'])(
    '%s is refused by quantize and inspect, and nothing is written',
    async (path) => {
      const { folder, at, quantize } = await modelFolder(path);
      const before = await contents(folder);
      for (const { status, stderr } of [await quantize(), await run('inspect', at('model.onnx'))]) {
        expect(status).toBe(1);
        expect(stderr).toContain('[external-data]');
      }
      expect(await contents(folder)).toEqual(before);
    },
  );

  it('a link out of the folder is refused', async () => {
    const { folder, at, quantize } = await modelFolder('link.bin');
    const outside = await temporaryFolder();
    await writeFile(join(outside, 'weight.bin'), externalModel().weight);
    await symlink(join(outside, 'weight.bin'), at('link.bin'));
    for (const { status, stderr } of [await quantize(), await run('inspect', at('model.onnx'))]) {
      expect(status).toBe(1);
      expect(stderr).toContain('[external-data]');
    }
    expect(await contents(folder)).not.toContain('model_q8.onnx');
  });

  it('a weight in one that stays float for its values is told', async () => {
    const { at } = await modelFolder();
    const weight = await readFile(at('weight.bin'));
    weight.writeFloatLE(-Infinity, 4 * 9);
    await writeFile(at('weight.bin'), weight);
    const { status, stdout } = await run('inspect', at('model.onnx'), '--json');
    expect(status).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({
      quantizable: [],
      quantizableBytes: 0,
      skipped: expect.arrayContaining([
        {
          op: 'MatMul',
          reason: expect.stringMatching(/^w stays float: value 9 of 4096 is -Infinity, /) as string,
          count: 1,
          subjects: ['w'],
        },
      ]) as unknown,
      next: expect.stringContaining('InferenceSession') as string,
    });
  });

  it('a missing or short one is told', async () => {
    const { at, quantize } = await modelFolder();
    await writeFile(at('weight.bin'), 'short');
    expect((await quantize()).stderr).toContain('[external-data]');
    await rm(at('weight.bin'));
    expect((await quantize()).stderr).toContain('[file-missing]');
    const { status, stdout } = await run('inspect', at('model.onnx'));
    expect(status).toBe(0);
    expect(stdout).toMatch(/data +weight\.bin, which is missing: 1 tensor\n/);
    expect(stdout).toMatch(/data +bias\.bin, 256 B: 1 tensor\n/);
    const json = JSON.parse((await run('inspect', at('model.onnx'), '--json')).stdout) as object;
    expect(json).toMatchObject({
      externalFiles: [
        { path: 'weight.bin', tensors: 1, bytes: null },
        { path: 'bias.bin', tensors: 1, bytes: 256 },
      ],
    });
  });
});
