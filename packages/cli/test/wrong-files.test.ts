import { open, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { describe, expect, it } from 'vitest';

import { contents, lowbit, models, temporaryFolder } from './support.js';
import { cyclicNodes, tinyModel } from './tiny-model.js';

const wrong: readonly (readonly [string, () => Uint8Array | Promise<Uint8Array>, string])[] = [
  ['an empty file', () => new Uint8Array(), 'model-empty'],
  [
    'a web page',
    () => new TextEncoder().encode('<!doctype html><html><body>404</body></html>'),
    'model-not-onnx',
  ],
  ['plain text', () => new TextEncoder().encode('hello, world\n'.repeat(50)), 'model-not-onnx'],
  [
    'a truncated model',
    async () => (await readFile(models.detector)).subarray(0, 1_000_000),
    'model-truncated',
  ],
  ['IR version 0', () => tinyModel({ ir: 0n }), 'model-version'],
  ['no operator set', () => tinyModel({ opset: null }), 'model-opset'],
  ['a cycle', () => tinyModel({ nodes: cyclicNodes }), 'graph-cyclic'],
];

describe.each(wrong)('%s', (_, bytes, code) => {
  it.each(['quantize', 'inspect'])('fails %s with a typed error, and writes nothing', async (command) => {
    const folder = await temporaryFolder();
    await writeFile(join(folder, 'model.onnx'), await bytes());
    const run = await lowbit([command, 'model.onnx'], { cwd: folder });
    expect(run.stderr).toContain(`[${code}]`);
    expect(run.stdout).toBe('');
    expect(run.status).toBe(1);
    expect(await contents(folder)).toEqual(['model.onnx']);
  });
});

describe('paths', () => {
  it('of nothing is file-missing', async () => {
    const run = await lowbit(['quantize', 'missing.onnx'], { cwd: await temporaryFolder() });
    expect(run.status).toBe(1);
    expect(run.stderr).toContain('missing.onnx: the file does not exist [file-missing]');
  });

  it('of a folder without a model.json is file-missing', async () => {
    const folder = await temporaryFolder();
    const run = await lowbit(['inspect', folder]);
    expect(run.status).toBe(1);
    expect(run.stderr).toContain(`${join(folder, 'model.json')}: the file does not exist [file-missing]`);
  });

  it('of 3 GiB is model-too-large, without reading them', async () => {
    const folder = await temporaryFolder();
    const file = await open(join(folder, 'model.onnx'), 'w');
    await file.truncate(3 * 2 ** 30);
    await file.close();
    const run = await lowbit(['quantize', 'model.onnx'], { cwd: folder });
    expect(run.status).toBe(1);
    expect(run.stderr).toContain('[model-too-large]');
  });
});

describe('errors as JSON', () => {
  it('are one document on standard output', async () => {
    const run = await lowbit(['quantize', 'missing.onnx', '--json'], { cwd: await temporaryFolder() });
    expect(run.status).toBe(1);
    expect(run.stderr).toBe('');
    expect(JSON.parse(run.stdout)).toMatchObject({
      error: { code: 'file-missing', where: 'missing.onnx', problems: [{ code: 'file-missing' }] },
    });
  });

  it('also of wrong usage', async () => {
    const run = await lowbit(['quantize', '--json']);
    expect(run.status).toBe(2);
    expect(run.stderr).toBe('');
    expect(JSON.parse(run.stdout)).toMatchObject({ error: { code: 'invalid-argument' } });
  });
});
