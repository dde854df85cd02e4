import { copyFile, mkdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { measureError } from '@lowbit/core';
import { npyBytes } from '@lowbit/data';
import { registry } from '@lowbit/methods';
import { fileSystem } from '@lowbit/tfjs/node';
import { beforeAll, describe, expect, it } from 'vitest';

import type { QuantizeDocument } from '../../src/commands/quantize-document.js';
import { loadTfjs } from '../../src/runtime/load-tfjs.js';
import { contents, lowbit, run, temporaryFolder, withoutPackage } from '../support.js';
import { writeGraphModel, writeMobileNet, writePictureModel, writeTextModel, type Json } from './models.js';

let folder: string;
const at = (...names: string[]) => join(folder, ...names);

async function quantized(...argv: readonly string[]): Promise<QuantizeDocument> {
  const { status, stdout, stderr } = await run('quantize', '--allow-larger', ...argv, '--json');
  expect(status, stdout + stderr).toBe(0);
  return JSON.parse(stdout) as QuantizeDocument;
}

async function refused(...argv: readonly string[]) {
  const { status, stdout } = await run('quantize', '--allow-larger', ...argv, '--json');
  return {
    status,
    ...(JSON.parse(stdout) as { error: { code: string; where: string; remedy?: string } }).error,
  };
}

const jsonOf = async (file: string) => JSON.parse(await readFile(file, 'utf8')) as Json;

beforeAll(async () => {
  folder = await temporaryFolder();
  await writePictureModel(at('pictures'));
  await writeTextModel(at('text'));
  await writeGraphModel(at('graph'));
  await writeMobileNet(at('mobilenet'));
});

describe('lowbit quantize, for TensorFlow.js', () => {
  it('through the real binary: a folder beside the model, quiet TensorFlow.js, a summary', async () => {
    const { status, stdout, stderr } = await lowbit(['quantize', '--allow-larger', 'mobilenet'], {
      cwd: folder,
    });
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    expect(stdout).toMatch(/all files +2\.74 MB +2\.90 MB/);
    expect(stdout).toMatch(/55 weights, stored +10\.2 MB +2\.69 MB +0\.264 +8\.44/);
    expect(stdout).toContain('266 weights stored as uint8 in the original, expanded exactly');
    expect(stdout).toContain('52 × normalization has few parameters');
    expect(stdout).toContain('Written: mobilenet_q8/model.json');
    expect(await contents(at('mobilenet_q8'))).toEqual(['group1-shard1of1.bin', 'model.json']);
  });

  it('is smaller with fewer bits, and gives the floats that the report tells of', async () => {
    const { report, saved, expanded } = await quantized(at('mobilenet'), '--bits', '4', '-o', at('four'));
    expect(report.modelBytes.before).toBe(2737389);
    expect(report.modelBytes.after).toBeLessThan(1.75e6);
    expect(expanded).toEqual([{ form: 'uint8', weights: 266, values: 2619461 }]);
    expect(saved).toMatchObject({ format: 'packed', lowestSqnrDb: null });
    expect(saved?.weights.filter(({ form }) => form === 'packed 4-bit')).toHaveLength(55);
    // What is not quantized keeps the bytes of the original.
    expect(saved?.weights.filter(({ form }) => form === 'uint8')).toHaveLength(211);
  });

  it('holds scales and offsets as it is told, in fewer bytes the fewer bits they have', async () => {
    const stored: number[] = [];
    for (const parameters of ['float32', 'float16', 'two-level:8', 'two-level:6']) {
      const argv = [at('mobilenet'), '--bits', '4', '--granularity', 'group:32', '--parameters', parameters];
      const { report } = await quantized(...argv, '-o', at(`parameters-${parameters.replace(':', '')}`));
      stored.push(report.sizes.stored);
    }
    expect(stored).toEqual([...stored].sort((a, b) => b - a));
    expect(new Set(stored).size).toBe(4);
  });

  it('takes model.json itself, and names a folder or a file for the result', async () => {
    const { output, dataFiles } = await quantized(at('pictures', 'model.json'), '--bits', '2');
    expect(output).toBe(at('pictures', 'model_q2', 'model.json'));
    expect(dataFiles).toEqual([at('pictures', 'model_q2', 'group1-shard1of1.bin')]);
    const named = await quantized(at('pictures'), '-o', at('elsewhere', 'net.json'));
    expect(named.output).toBe(at('elsewhere', 'net.json'));
    expect(await contents(at('elsewhere'))).toEqual(['group1-shard1of1.bin', 'net.json']);
    await quantized(at('pictures'), '-o', `${at('slash')}/`);
    expect(await contents(at('slash'))).toContain('model.json');
  });

  it('knows a model by its content, not by its name', async () => {
    await mkdir(at('odd'));
    await copyFile(at('graph', 'model.json'), at('odd', 'model.onnx'));
    await copyFile(at('graph', 'weights.bin'), at('odd', 'weights.bin'));
    const { report } = await quantized(at('odd', 'model.onnx'), '-o', at('odd_q8'));
    expect(report.port).toBe('tfjs-graph');
  });

  it('packs an embedding and a recurrent layer, and loads again', async () => {
    const { report } = await quantized(at('text'), '-o', at('text_q4'), '--bits', '4');
    expect(report.weights.map(({ id }) => id)).toEqual([
      'words/embeddings',
      'memory/kernel',
      'memory/recurrent_kernel',
      'last/kernel',
    ]);
    const { core, lowbit: adapter } = await loadTfjs('test');
    const before = core.memory().numTensors;
    const model = await adapter.load(fileSystem(at('text_q4')), { registry });
    const input = core.tensor2d([[1, 2, 3, 4, 5, 49]]);
    const output = model.predict(input) as { dataSync(): Float32Array; dispose(): void };
    const scores = output.dataSync();
    expect(scores[0]! + scores[1]!).toBeCloseTo(1, 5);
    core.dispose([input]);
    output.dispose();
    model.weights.forEach((weight) => weight.dispose());
    expect(core.memory().numTensors).toBe(before);
  });

  it('leaves no tensor behind', async () => {
    const { core } = await loadTfjs('test');
    const before = core.memory().numTensors;
    await quantized(at('pictures'), '-o', at('tidy'));
    expect(core.memory().numTensors).toBe(before);
  });

  it('with --format plain writes what TensorFlow.js loads by itself, and tells the price', async () => {
    const argv = [at('pictures'), '--bits', '4', '--format', 'plain', '--rest', 'float16', '-o', at('plain')];
    const { status, stdout } = await run('quantize', '--allow-larger', ...argv);
    expect(status).toBe(0);
    expect(stdout).toMatch(/3 × uint8: expanded by TensorFlow\.js itself, without lowbit/);
    expect(stdout).toMatch(/saving as \S+ adds an error of its own to \d+ weights, at worst [\d.]+ dB/);
    const { layers } = await loadTfjs('test');
    const model = await layers.loadLayersModel(fileSystem(at('plain')));
    expect(model.weights).toHaveLength(10);
    model.weights.forEach((weight) => weight.dispose());
    const forms = (await jsonOf(at('plain', 'model.json'))).weightsManifest[0]!.weights;
    expect(new Set(forms.map(({ quantization }) => (quantization as { dtype: string }).dtype))).toEqual(
      new Set(['uint8', 'float16']),
    );
  });

  it('with --format plain reports the error of the values that TensorFlow.js loads, at every width', async () => {
    const { layers } = await loadTfjs('test');
    const original = await layers.loadLayersModel(fileSystem(at('pictures')));
    for (const argv of [
      ['--bits', '8'],
      ['--bits', '12'],
      ['--weights', 'slq', '--bits', '4'],
    ]) {
      const out = at(`plain ${argv.at(-1)}`);
      const { report, saved } = await quantized(at('pictures'), '--format', 'plain', ...argv, '-o', out);
      expect(saved).toMatchObject({ format: 'plain', lowestSqnrDb: null, warnings: [] });
      const loaded = await layers.loadLayersModel(fileSystem(out));
      for (const { id, layer, error } of report.weights) {
        const [before, after] = [original, loaded].map((model) =>
          model.getLayer(layer).getWeights()[0]!.dataSync<'float32'>(),
        );
        expect({ id, error }).toEqual({ id, error: measureError(before!, after!) });
      }
      loaded.weights.forEach((weight) => weight.dispose());
    }
    original.weights.forEach((weight) => weight.dispose());
  });

  it('tells true sizes of every plain form', async () => {
    for (const [form, bytes] of [
      ['uint16', 2],
      ['float32', 4],
    ] as const) {
      const { report, saved } = await quantized(
        ...[at('pictures'), '--format', 'plain', '--plain', form, '-o', at(form)],
      );
      const own = saved?.weights.filter((weight) => weight.form === form && /kernel/.test(weight.name)) ?? [];
      expect(report.sizes.stored).toBe(own.reduce((sum, weight) => sum + weight.bytes, 0));
      expect(report.bitsPerWeight).toBe(8 * bytes);
    }
  });

  it('applies the plan of an earlier run: the same bytes', async () => {
    const { stdout } = await run(
      'quantize',
      '--allow-larger',
      at('pictures'),
      '--weights',
      'ul2q',
      '--bits',
      '2',
      '-o',
      at('first'),
      '--json',
    );
    await writeFile(at('done.json'), stdout);
    await quantized(at('pictures'), '--plan', at('done.json'), '-o', at('second'));
    for (const file of ['model.json', 'group1-shard1of1.bin'])
      expect(await readFile(at('second', file))).toEqual(await readFile(at('first', file)));
    const { output } = await quantized(at('pictures'), '--plan', at('done.json'));
    expect(output).toBe(at('pictures_q2', 'model.json'));
  });

  it('writes a report that says what was expanded', async () => {
    await quantized(
      at('mobilenet'),
      '-o',
      at('reported'),
      '--report',
      at('report.html'),
      '--include',
      'Conv1',
    );
    const page = await readFile(at('report.html'), 'utf8');
    expect(page).toContain('266 weights stored as uint8 in the original');
    expect(page).toContain('Conv1/kernel');
  });

  it('quantizes a graph model', async () => {
    const { report } = await quantized(at('graph'), '-o', at('graph_q4'), '--bits', '4');
    expect(report.weights).toMatchObject([{ id: 'w', op: 'MatMul', bits: 4 }]);
    const { format, weightsManifest } = await jsonOf(at('graph_q4', 'model.json'));
    expect(format).toBe('graph-model');
    expect(JSON.stringify(weightsManifest)).toContain('lowbit-packed-1');
  });

  it('says that a graph model has no activations to quantize', async () => {
    const { status, where } = await refused(at('graph'), '--activations', 'dynamic', '-o', at('no'));
    expect({ status, where }).toEqual({ status: 2, where: '--activations' });
  });
});

describe('activations', () => {
  it('are observed on data by TensorFlow.js, and statistics serve again', async () => {
    const values = Float32Array.from({ length: 5 * 64 }, (_, i) => Math.sin(i));
    await writeFile(at('x.npy'), npyBytes([5, 8, 8, 1], values));
    const statistics = at('statistics.json');
    const found = await quantized(
      ...[at('pictures'), '--activations', 'min-max', '--calibrate', at('x.npy')],
      ...['--save-calibration', statistics, '-o', at('observed')],
    );
    expect(found.calibration).toMatchObject({ source: 'data', batches: 5, saved: statistics });
    const [first] = found.report.activations ?? [];
    expect(first).toMatchObject({ id: 'first/input', quantizer: 'min-max', bits: 8 });
    const extremes = { min: Math.min(...values), max: Math.max(...values) };
    expect(first?.fitted?.observed).toEqual(extremes);
    const again = await quantized(
      ...[at('pictures'), '--activations', 'mse', '--activation-bits', '4'],
      ...['--calibration', statistics, '-o', at('stored')],
    );
    expect(again.report.activations).toHaveLength(3);
    expect(await jsonOf(statistics)).toMatchObject({ port: 'tfjs' });
  });

  it('stay floats where a folder of statistics tells the inputs of weights', async () => {
    const folder = at('inputs');
    const saving = ['--calibrate', at('x.npy'), '--save-calibration', folder, '-o', at('saving')];
    const found = await quantized(at('pictures'), '--bits', '3', ...saving);
    const again = await quantized(at('pictures'), '--bits', '3', '--calibration', folder, '-o', at('again'));
    const rounding = again.report.weights.map((weight) => weight.rounding);
    expect(rounding).toEqual(found.report.weights.map((weight) => weight.rounding));
    expect(rounding.some((own) => (own?.gainDb ?? 0) > 0)).toBe(true);
    expect(await jsonOf(join(folder, 'statistics.json'))).toMatchObject({ port: 'tfjs', batches: 5 });
  });

  it('of another kind of model are refused', async () => {
    const statistics = { format: 'lowbit-calibration', version: 1, port: 'onnx', batches: 1, sites: {} };
    await writeFile(at('onnx.json'), JSON.stringify(statistics));
    const argv = [at('pictures'), '--activations', 'mse', '--calibration', at('onnx.json'), '-o', at('no')];
    const { code, where } = await refused(...argv);
    expect({ code, where }).toEqual({ code: 'calibration-invalid', where: `${at('onnx.json')}: port` });
  });
});

describe('files', () => {
  it('that exist need --force, and stay when the work fails', async () => {
    await quantized(at('pictures'), '-o', at('taken'));
    const before = await readFile(at('taken', 'model.json'));
    expect(await refused(at('pictures'), '--bits', '2', '-o', at('taken'))).toMatchObject({
      status: 1,
      code: 'file-exists',
    });
    expect(await readFile(at('taken', 'model.json'))).toEqual(before);
    await quantized(at('pictures'), '--bits', '2', '-o', at('taken'), '--force');
    expect(await readFile(at('taken', 'model.json'))).not.toEqual(before);
    // A weight file that is in the way.
    await rm(at('taken', 'model.json'));
    expect(await refused(at('pictures'), '-o', at('taken'))).toMatchObject({ code: 'file-exists' });
    expect(await contents(at('taken'))).toEqual(['group1-shard1of1.bin']);
  });

  it('of the original are never replaced, also through a link', async () => {
    await symlink(at('pictures'), at('link'));
    const shard = at('pictures', 'group1-shard1of1.bin');
    for (const argv of [
      ['-o', at('pictures')],
      ['-o', at('pictures', 'other.json')],
      ['-o', at('link')],
      ['-o', at('fresh'), '--report', at('pictures', 'model.json')],
      ['-o', at('fresh'), '--report', shard],
    ])
      expect(await refused(at('pictures'), ...argv, '--force')).toMatchObject({ status: 2 });
    expect(await contents(folder)).not.toContain('fresh');
  });

  it('are not left when the work is stopped', async () => {
    const argv = ['quantize', at('mobilenet'), '-o', at('stopped')];
    const before = await contents(folder);
    const controller = new AbortController();
    const { main } = await import('../../src/main.js');
    const stdout = { write: () => true };
    // A terminal is told of progress: the first word of it comes when the work has begun.
    const stderr = { isTTY: true, columns: 80, write: () => controller.abort() };
    const working = main(argv, { stdout, stderr, signal: controller.signal });
    expect(await working).toBe(130);
    expect(await contents(folder)).toEqual(before);
  });
});

describe('usage', () => {
  it.each([
    [['--optimize', 'memory'], '--optimize'],
    [['--target', 'ort-web@1.30/wasm'], '--target'],
    [['--integers', 'none', '--activations', 'dynamic'], '--integers'],
    [['--no-external'], '--external'],
    [['--plain', 'uint16'], '--plain'],
    [['--parameters', 'float16', '--format', 'plain'], '--parameters'],
    [['-o', 'model.onnx'], '--output'],
  ])('%j is wrong here', async (argv, where) => {
    expect(await refused(at('pictures'), ...argv)).toMatchObject({ status: 2, where });
  });

  it.each(['--format', '--rest'])('%s is wrong for ONNX', async (option) => {
    await writeFile(at('some.onnx'), Uint8Array.of(8, 8));
    const value = option === '--format' ? 'packed' : 'float16';
    expect(await refused(at('some.onnx'), option, value)).toMatchObject({ status: 2, where: option });
  });

  it('tells what to install where TensorFlow.js is missing', async () => {
    const env = withoutPackage('@tensorflow/');
    const { status, stderr } = await lowbit(
      ['quantize', '--allow-larger', at('pictures'), '-o', at('none')],
      { env },
    );
    expect(status).toBe(1);
    expect(stderr).toContain('[runtime-missing]');
    expect(stderr).toContain('npm install @lowbit/tfjs @tensorflow/tfjs-core');
    expect(await contents(folder)).not.toContain('none');
  });
});
