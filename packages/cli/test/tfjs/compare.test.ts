import { copyFile, mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { seededRandom } from '@lowbit/core';
import { npyBytes } from '@lowbit/data';
import type { CompareDocument } from '@lowbit/report/text';
import { encode } from 'fast-png';
import { beforeAll, describe, expect, it } from 'vitest';

import { loadTfjs } from '../../src/runtime/load-tfjs.js';
import { folderWith } from '../keras-folder.js';
import { lowbit, models, run, temporaryFolder, withoutPackage } from '../support.js';
import { changeJson, writeGraphModel, writeMobileNet, writePictureModel, writeTextModel } from './models.js';

let folder: string;
const at = (name: string) => join(folder, name);

async function compared(...argv: readonly string[]): Promise<CompareDocument> {
  const { status, stdout } = await run('compare', ...argv, '--json', '--rounds', '0');
  expect(status, stdout).toBe(0);
  return JSON.parse(stdout) as CompareDocument;
}

async function quantize(name: string, bits: number): Promise<string> {
  const result = at(`${name}_q${bits}`);
  const { status, stderr } = await run(
    'quantize',
    '--allow-larger',
    at(name),
    '--bits',
    `${bits}`,
    ...['-o', result, '--quiet', '--force'],
  );
  expect(status, stderr).toBe(0);
  return result;
}

beforeAll(async () => {
  folder = await temporaryFolder();
  await writePictureModel(at('pictures'));
  await writeTextModel(at('text'));
  await writeGraphModel(at('graph'));
  await writeMobileNet(at('mobilenet'));
});

describe('lowbit compare, for TensorFlow.js', () => {
  it('through the real binary: sizes, error, agreement and times', async () => {
    await quantize('mobilenet', 8);
    const argv = ['compare', 'mobilenet', 'mobilenet_q8', '--rounds', '3', '--limit', '3'];
    const { status, stdout, stderr } = await lowbit(argv, { cwd: folder });
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    expect(stdout).toMatch(/size +2\.74 MB +2\.90 MB +1\.060/);
    expect(stdout).toMatch(/median time +[\d.]+ ms +[\d.]+ ms +[\d.]+/);
    expect(stdout).toContain('TensorFlow.js 4.22.0, WebAssembly, one thread; 3 rounds');
    expect(stdout).toMatch(/dense_3 +15 +[\d.]+ dB +\S+ +\S+ +100\.0 % \(3 of 3\)/);
    expect(stdout).toContain('Random inputs tell little');
  });

  it('gives pictures to a model that scales them itself as 0 to 255, in all commands, unless options say how', async () => {
    await writePictureModel(at('scaling'), 1 / 255);
    await mkdir(at('photos'));
    const random = seededRandom(3);
    const pixels = Array.from({ length: 6 }, () => Uint8Array.from({ length: 64 }, () => 256 * random()));
    for (const [i, data] of pixels.entries())
      await writeFile(at(`photos/${i}.png`), encode({ width: 8, height: 8, data, channels: 1 }));
    const values = Float32Array.from(pixels.flatMap((picture) => [...picture]));
    await writeFile(at('bytes.npy'), npyBytes([6, 8, 8, 1], values));
    await writeFile(
      at('unit.npy'),
      npyBytes(
        [6, 8, 8, 1],
        values.map((value) => Math.fround(value / 255)),
      ),
    );
    expect((await run('import', at('scaling'), '--to', 'onnx', '-o', at('scaling.onnx'))).status).toBe(0);
    for (const [name, layer] of [
      ['scaling', 'scales'],
      ['scaling.onnx', 'scales/Mul'],
    ] as const) {
      const result = at(`small-${name}`);
      const quantized = async (data: string) => {
        const argv = ['--calibrate', at(data), '--activations', 'min-max', '--bits', '4', '--allow-larger'];
        const told = await run('quantize', at(name), ...argv, '-o', result, '--force', '--json');
        expect(told.status, told.stderr + told.stdout).toBe(0);
        const { report } = JSON.parse(told.stdout) as {
          report: { verdict: object; activations: { fitted: object }[] };
        };
        return { verdict: report.verdict, fitted: report.activations.map(({ fitted }) => fitted) };
      };
      const byBytes = await quantized('bytes.npy');
      expect(await quantized('photos')).toEqual(byBytes);
      const [photos, bytes, ones, unit] = [
        await compared(at(name), result, '--calibrate', at('photos')),
        await compared(at(name), result, '--calibrate', at('bytes.npy')),
        await compared(at(name), result, '--calibrate', at('photos'), '--image-deviation', '1'),
        await compared(at(name), result, '--calibrate', at('unit.npy')),
      ];
      expect(photos.overall.sqnrDb).toBeCloseTo(bytes.overall.sqnrDb!, 6);
      expect(ones.overall.sqnrDb).toBeCloseTo(unit.overall.sqnrDb!, 2);
      expect(ones.overall.sqnrDb).not.toBeCloseTo(bytes.overall.sqnrDb!, 2);
      expect(JSON.stringify(photos.inputs)).toContain(`0 to 255, since ${layer} in the model scales them`);
    }
    const file = join(await folderWith('keras3', 'rescaling'), 'model.keras');
    const { inputs } = await compared(file, file, '--calibrate', at('photos'));
    expect(JSON.stringify(inputs)).toContain('0 to 255, since rescaling in the model scales them');
  });

  it('has a smaller error with more bits, and none with the model itself', async () => {
    const four = await compared(at('pictures'), await quantize('pictures', 4));
    const eight = await compared(at('pictures'), await quantize('pictures', 8));
    expect(eight.overall.sqnrDb).toBeGreaterThan(four.overall.sqnrDb as number);
    // Eight bits per channel: noise far below a hundredth of the signal.
    expect(eight.overall.sqnrDb).toBeGreaterThan(40);
    const same = await compared(at('pictures'), join(at('pictures'), 'model.json'));
    expect(same).toMatchObject({ overall: { exact: true, largestError: 0 }, sizeRatio: 1, batches: 8 });
  });

  it('gives the same figures for a packed model and what plain TensorFlow.js computes with its floats', async () => {
    const plain = at('floats');
    const argv = ['--bits', '8', '--format', 'plain', '--plain', 'float32', '-o', plain, '--quiet'];
    expect((await run('quantize', '--allow-larger', at('pictures'), ...argv)).status).toBe(0);
    const { overall } = await compared(await quantize('pictures', 8), plain);
    expect(overall).toMatchObject({ exact: true });
  });

  it('on data, with labels', async () => {
    const random = seededRandom(3);
    const values = Float32Array.from({ length: 10 * 64 }, () => random());
    await writeFile(at('x.npy'), npyBytes([10, 8, 8, 1], values));
    await writeFile(at('labels.txt'), Array.from({ length: 10 }, (_, i) => `${i % 3}\n`).join(''));
    const found = await compared(
      ...[at('pictures'), at('pictures'), '--input', at('x.npy'), '--labels', at('labels.txt')],
    );
    const [output] = found.outputs;
    expect(found.batches).toBe(10);
    expect(output?.accuracy).toMatchObject({ rows: 10 });
    expect(output?.accuracy?.a).toBe(output?.accuracy?.b);
  });

  it('of recurrent models, and of names that TensorFlow.js numbered otherwise', async () => {
    const packed = await quantize('text', 8);
    await changeJson(packed, (json) => {
      const { layers } = json.modelTopology['config'] as { layers: { config: { name: string } }[] };
      layers[0]!.config.name = 'words_7';
      for (const weight of json.weightsManifest[0]!.weights)
        weight['name'] = (weight['name'] as string).replace('words/', 'words_7/');
    });
    const found = await compared(at('text'), packed);
    expect(found.overall.sqnrDb).toBeGreaterThan(30);
  });

  it('of graph models', async () => {
    const found = await compared(at('graph'), await quantize('graph', 8));
    expect(found.outputs).toMatchObject([{ name: 'y', values: 8 * 32 }]);
    expect(found.overall.sqnrDb).toBeGreaterThan(35);
  });

  it('of a model whose activations a method of theirs quantizes', async () => {
    const plugin = at('nearest.mjs');
    await writeFile(
      plugin,
      `export default { kind: 'quantizer', api: 2, name: 'steps', roles: ['weight', 'activation'],
        bits: { weight: [8], activation: [4] }, dynamic: true,
        forward: (ops, x) => ops.mul(ops.round(ops.mul(x, ops.constant(4))), ops.constant(0.25)),
        fit: () => ({ kind: 'affine', levels: 16, scale: 0.25, offset: -2 }) };`,
    );
    const own = ['--plugin', plugin];
    const out = ['-o', at('own'), '--quiet', '--force'];
    const activations = ['--activations', 'steps', '--activation-bits', '4', '--include', 'last'];
    const made = await run('quantize', '--allow-larger', at('pictures'), ...own, ...activations, ...out);
    expect(made.stderr).toBe('');
    const found = await compared(at('pictures'), at('own'), ...own, '--limit', '2');
    expect(found.overall.exact).toBe(false);
    const inspected = await run('inspect', at('own'), ...own, '--json');
    expect(JSON.parse(inspected.stdout)).toMatchObject({ lowbit: { plan: { activations: 1 } } });
    expect(JSON.parse(inspected.stdout)).not.toHaveProperty('unknown');
    const again = await run(
      'quantize',
      '--allow-larger',
      at('own'),
      ...own,
      '-o',
      at('again'),
      '--quiet',
      '--force',
    );
    expect(again.stderr).toBe('');
    // Processes of their own, that have not seen the plugin.
    const without = await lowbit(['compare', at('pictures'), at('own')]);
    expect(without.status).toBe(1);
    expect(without.stderr).toMatch(/own\/model\.json.*unknown-plugin.*--plugin/s);
    const told = await lowbit(['inspect', at('own'), '--json']);
    expect(told.status).toBe(0);
    expect(JSON.parse(told.stdout)).toMatchObject({ unknown: expect.stringContaining('--plugin') as string });
  });

  it('leaves no tensor behind', async () => {
    const { core } = await loadTfjs('test');
    const before = core.memory().numTensors;
    await compared(at('pictures'), at('pictures'), '--limit', '2');
    await compared(at('graph'), at('graph'), '--limit', '2');
    expect(core.memory().numTensors).toBe(before);
  });

  it('with an ONNX file runs each in its own runtime', async () => {
    const { status, stderr } = await run('import', at('pictures'), '--to', 'onnx', '-o', at('pictures.onnx'));
    expect(status, stderr).toBe(0);
    for (const pair of [
      [at('pictures'), at('pictures.onnx')],
      [at('pictures.onnx'), at('pictures')],
    ] as const) {
      const { overall, runtime, outputs } = await compared(...pair);
      expect(outputs).toHaveLength(1);
      expect(overall.sqnrDb ?? Infinity).toBeGreaterThan(100);
      expect(runtime).toMatch(
        /(TensorFlow\.js 4\.22\.0|onnxruntime-web \S+) and \S+ \S+, WebAssembly, one thread/,
      );
    }
    const eight = await compared(at('pictures.onnx'), await quantize('pictures', 8));
    expect(eight.overall.sqnrDb).toBeGreaterThan(30);
    expect(eight.overall.sqnrDb).toBeLessThan(100);
  });

  it('with an ONNX file that takes something else is refused by name', async () => {
    const { status, stderr } = await run('compare', models.classifier, at('pictures'));
    expect(status).toBe(1);
    expect(stderr).toMatch(/expected the input .*, as in .*; received the input /);
  });

  it('of a model and what is called .json and is none says what that is', async () => {
    await writeFile(at('words.json'), 'not a model');
    for (const pair of [
      [models.classifier, at('words.json')],
      [at('words.json'), models.classifier],
    ]) {
      const { status, stderr } = await run('compare', ...pair);
      expect(status).toBe(1);
      expect(stderr).toMatch(/words\.json.*expected the JSON of a TensorFlow\.js model/s);
    }
  });

  it('of graphs whose nodes tell no types, which are floats then', async () => {
    await writeGraphModel(at('untyped'));
    await changeJson(at('untyped'), (json) => {
      delete (json as { signature?: unknown }).signature;
      const { node } = json.modelTopology as { node: Record<string, unknown>[] };
      const last = node.at(-1)!;
      node.push({ name: 'shares', op: 'Softmax', input: [last['name']], attr: {} });
    });
    const { outputs } = await compared(at('untyped'), at('untyped'));
    expect(outputs).toMatchObject([{ name: 'shares', sqnrDb: null }]);
  });

  it('of models with other inputs is refused', async () => {
    const { status, stderr } = await run('compare', at('pictures'), at('mobilenet'));
    expect(status).toBe(1);
    expect(stderr).toContain('[invalid-argument]');
  });

  it('says what is wrong with inputs that the model does not run with', async () => {
    await copyFile(at('x.npy'), at('wrong.npy'));
    await writeFile(at('wrong.npy'), npyBytes([2, 9, 8, 1], new Float32Array(144)));
    const { status, stderr } = await run(
      'compare',
      at('pictures'),
      at('pictures'),
      '--input',
      at('wrong.npy'),
    );
    expect(status).toBe(1);
    expect(stderr).toMatch(/\[calibration-invalid\]/);
  });

  it('tells what to install where TensorFlow.js is missing', async () => {
    const env = withoutPackage('@tensorflow/');
    const { status, stderr } = await lowbit(['compare', at('pictures'), at('pictures')], { env });
    expect(status).toBe(1);
    expect(stderr).toContain('[runtime-missing]');
    const graph = await lowbit(['compare', at('graph'), at('graph')], {
      env: withoutPackage('@tensorflow/tfjs-converter'),
    });
    expect(graph.status).toBe(1);
    expect(graph.stderr).toContain('npm install @tensorflow/tfjs-converter');
  });
});
