import { existsSync } from 'node:fs';
import { copyFile, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { expect, it } from 'vitest';

import { folderWith } from './keras-folder.js';
import { main } from '../src/main.js';
import { lowbit, models, temporaryFolder } from './support.js';

it('imports a model of Keras, which is then quantized and compared as any other', async () => {
  const cwd = await folderWith('keras3', 'nested');
  const { stdout, stderr, status } = await lowbit(['import', 'model.keras'], { cwd });
  expect({ stderr, status }).toEqual({ stderr: '', status: 0 });
  expect(stdout).toBe(
    `model.keras (Keras 3.15.1) → ${join('model_tfjs', 'model.json')}: 4 layers, 14 weights, 0.00 MB.\n` +
      `Next:    lowbit quantize ${join('model_tfjs', 'model.json')}\n`,
  );
  const apart = ['import', 'model.weights.h5', '--topology', 'model.json', '-o', 'out', '--json'];
  const { stdout: json } = await lowbit(apart, { cwd });
  expect(JSON.parse(json)).toMatchObject({
    output: join('out', 'model.json'),
    layers: 4,
    weights: 14,
    notes: [],
  });
  const quantized = await lowbit(['quantize', 'model_tfjs', '--allow-larger', '--json'], { cwd });
  expect(quantized.status, quantized.stderr).toBe(0);
  const compared = await lowbit(['compare', 'model_tfjs', 'out', '--json'], { cwd });
  expect(compared.status, compared.stderr).toBe(0);
});

it('shows on a terminal how far it is, and clears that', async () => {
  const cwd = await folderWith('keras3', 'dense');
  const drawn: string[] = [];
  const stderr = { isTTY: true, write: (text: string) => void drawn.push(text) };
  const io = { stdout: { write: () => undefined }, stderr, signal: new AbortController().signal };
  expect(await main(['import', join(cwd, 'model.keras')], io)).toBe(0);
  expect(drawn[0]).toContain('reading 100/100');
  expect(drawn.at(-1)).toBe('\r\u001b[2K');
});

it('prints nothing where it is to be quiet', async () => {
  const cwd = await folderWith('keras3', 'dense');
  const { status, stdout, stderr } = await lowbit(['import', 'model.keras', '--quiet'], { cwd });
  expect({ status, stdout, stderr }).toEqual({ status: 0, stdout: '', stderr: '' });
});

it('stops when it is told to, and leaves nothing', async () => {
  const cwd = await folderWith('keras3', 'dense');
  const output = { text: '', write: (text: string) => void (output.text += text) };
  const io = { stdout: output, stderr: output, signal: AbortSignal.abort() };
  expect(await main(['import', join(cwd, 'model.keras'), '-o', join(cwd, 'out')], io)).not.toBe(0);
  expect(output.text).toContain('[aborted]');
  expect(existsSync(join(cwd, 'out'))).toBe(false);
});

it('replaces nothing unless it may', async () => {
  const cwd = await folderWith('keras3', 'dense');
  await lowbit(['import', 'model.h5', '-o', 'out'], { cwd });
  expect((await lowbit(['import', 'model.h5', '-o', 'out'], { cwd })).stderr).toContain('[file-exists]');
  expect((await lowbit(['import', 'model.h5', '-o', 'out', '--force'], { cwd })).status).toBe(0);
  expect((await lowbit(['import', 'model.h5', '-o', '.'], { cwd })).status).toBe(2);
});

it('names layers that TensorFlow.js calls otherwise', async () => {
  const cwd = await folderWith('keras3', 'dense');
  const text = await readFile(join(cwd, 'model.json'), 'utf8');
  await writeFile(join(cwd, 'named.json'), text.replaceAll('"dense"', '"größe"'));
  const { stdout, stderr } = await lowbit(
    ['import', 'model.weights.h5', '--topology', 'named.json', '-o', 'out'],
    { cwd },
  );
  expect(stderr).toBe('');
  expect(stdout).toContain('Names that TensorFlow.js does not take are others: größe is gr__e.\n');
  const compared = await lowbit(['compare', 'model.keras', 'out', '--json'], { cwd });
  expect(compared.status, compared.stderr).toBe(0);
});

it('names what stands against an import, and writes nothing', async () => {
  const cwd = await folderWith('older', 'lambda');
  const { stderr, status } = await lowbit(['import', 'model.keras', '-o', 'out'], { cwd });
  expect(status).toBe(1);
  expect(stderr).toContain('twice: this layer is not supported [layer-unsupported]');
  await expect(readFile(join(cwd, 'out', 'model.json'))).rejects.toThrow();
});

it('inspects a model, weights with their topology, and a topology alone', async () => {
  const cwd = await folderWith('keras2', 'nested');
  const { stdout } = await lowbit(['inspect', 'model.keras'], { cwd });
  expect(stdout).toContain('nested: a model of Keras 2.21.0, 85 parameters');
  expect(stdout).toMatch(/^ {2}twin +Dense +\[\?, 6, 4\] +16$/m);
  const whole = JSON.parse((await lowbit(['inspect', 'model.h5', '--json'], { cwd })).stdout) as object;
  expect(whole).toMatchObject({ kind: 'keras', parameters: 85, problems: [] });
  for (const args of [['model.json'], ['model.weights.h5', '--topology', 'model.json']]) {
    const { stdout: json, stderr } = await lowbit(['inspect', ...args, '--json'], { cwd });
    expect(JSON.parse(json), stderr).toMatchObject({ kind: 'keras', parameters: 85, problems: [] });
  }
});

it('of an ONNX model it says to quantize that', async () => {
  const cwd = await temporaryFolder();
  await copyFile(models.classifier, join(cwd, 'model.onnx'));
  const { status, stderr } = await lowbit(['import', 'model.onnx'], { cwd });
  expect(status).toBe(1);
  expect(stderr).toContain('`lowbit quantize`');
});
