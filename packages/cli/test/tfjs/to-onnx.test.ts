import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { seededRandom } from '@lowbit/core';
import { fileSystem } from '@lowbit/tfjs/node';
import { registry } from '@lowbit/methods';
import type { Tensor as TfTensor } from '@tensorflow/tfjs-core';
import { InferenceSession, Tensor } from 'onnxruntime-web';
import { beforeAll, describe, expect, it } from 'vitest';

import { loadTfjs } from '../../src/runtime/load-tfjs.js';
import { folderWith } from '../keras-folder.js';
import { run, temporaryFolder } from '../support.js';
import { changeJson, writeGraphModel, writePictureModel } from './models.js';

let folder: string;
const at = (...names: string[]) => join(folder, ...names);

async function done(...argv: readonly string[]): Promise<string> {
  const { status, stdout, stderr } = await run(...argv);
  expect(status, stdout + stderr).toBe(0);
  return stdout;
}

/** The largest difference between what TensorFlow.js computes of a folder and what an ONNX file gives, for random inputs. */
async function difference(
  model: string,
  onnx: string,
  sizes: readonly number[],
  classes = 0,
): Promise<number> {
  const { core, lowbit } = await loadTfjs('test');
  const random = seededRandom(5);
  const values = Float32Array.from({ length: sizes.reduce((a, b) => a * b, 1) }, () =>
    classes === 0 ? random() : Math.floor(classes * random()),
  );
  const live = await lowbit.load(fileSystem(model), { registry });
  const input = core.tensor(values, [...sizes]);
  const expected = await (live.predict(input) as TfTensor).data();
  const session = await InferenceSession.create(onnx);
  const [name] = session.inputNames as [string];
  const given =
    classes === 0 ? new Tensor(values, sizes) : new Tensor('int32', Int32Array.from(values), sizes);
  const { [session.outputNames[0]!]: output } = await session.run({ [name]: given });
  const received = output!.data as Float32Array;
  expect(received).toHaveLength(expected.length);
  return Math.max(...expected.map((value, i) => Math.abs(value - received[i]!)));
}

beforeAll(async () => {
  folder = await temporaryFolder();
  await writePictureModel(at('pictures'));
  await writeGraphModel(at('graph'));
});

describe('a layers model of TensorFlow.js becomes an ONNX file, which computes the same', () => {
  it('as it is, named by its folder or its JSON', async () => {
    expect(await done('import', at('pictures'), '--to', 'onnx')).toMatch(
      /pictures\.onnx: \d+ layers, 10 weights/,
    );
    expect(await difference(at('pictures'), at('pictures.onnx'), [3, 8, 8, 1])).toBeLessThan(1e-6);
    await done('import', at('pictures', 'model.json'), '--to', 'onnx');
    expect(await difference(at('pictures'), at('pictures', 'model.onnx'), [3, 8, 8, 1])).toBeLessThan(1e-6);
  });

  it.each([
    ['packed', []],
    ['packed, with quantized inputs', ['--activations', 'dynamic']],
    ['plain', ['--format', 'plain']],
  ])('with weights that lowbit quantized: %s', async (name, options) => {
    await done('quantize', at('pictures'), '--bits', '4', ...options, '--allow-larger', '-o', at(name));
    await done('import', at(name), '--to', 'onnx');
    expect(await difference(at(name), at(`${name}.onnx`), [3, 8, 8, 1])).toBeLessThan(1e-6);
  });

  it('with layers of ours, which were made of a file of Keras', async () => {
    const cwd = await folderWith('keras3-sequences', 'masked_average');
    await done('import', join(cwd, 'model.keras'), '-o', join(cwd, 'm'));
    expect(await done('inspect', join(cwd, 'm'))).toContain('from @lowbit/tfjs');
    await done('import', join(cwd, 'm', 'model.json'), '--to', 'onnx', '-o', join(cwd, 'm.onnx'));
    expect(await difference(join(cwd, 'm'), join(cwd, 'm.onnx'), [2, 8], 11)).toBeLessThan(1e-6);
    const plain = ['quantize', join(cwd, 'm'), '--format', 'plain', '--allow-larger', '-o', join(cwd, 'p')];
    const told = await done(...plain);
    expect(told).toMatch(/Lowbit\w+: of @lowbit\/tfjs\. Load the folder with its load\(\)/);
    expect(told).toMatch(/Next: +const model = await load\(/);
  });
});

describe('and is quantized into one', () => {
  it('by weights, and by what is measured on data', async () => {
    await done('quantize', at('pictures'), '--to', 'onnx', '--allow-larger', '-o', at('w.onnx'));
    expect(await difference(at('pictures'), at('w.onnx'), [3, 8, 8, 1])).toBeLessThan(0.02);
    const random = seededRandom(3);
    const row = () => Array.from({ length: 8 }, () => [random()]);
    const picture = () => Array.from({ length: 8 }, row);
    const lines = Array.from({ length: 8 }, () => JSON.stringify({ first_input: picture() }));
    await writeFile(at('data.jsonl'), lines.join('\n'));
    const data = ['--calibrate', at('data.jsonl'), '--activations', 'percentile'];
    await done('quantize', at('pictures'), '--to', 'onnx', ...data, '--allow-larger', '-o', at('a.onnx'));
    expect(await difference(at('pictures'), at('a.onnx'), [3, 8, 8, 1])).toBeLessThan(0.05);
  });

  it('by a plan that was made for it', async () => {
    await done('plan', at('pictures'), '--to', 'onnx', '--bits', '6', '-o', at('p.json'));
    const plan = ['--plan', at('p.json'), '--allow-larger', '-o', at('planned.onnx')];
    await done('quantize', at('pictures'), '--to', 'onnx', ...plan);
    expect(await difference(at('pictures'), at('planned.onnx'), [3, 8, 8, 1])).toBeLessThan(0.1);
  });
});

describe('what cannot be is told', () => {
  const failed = async (...argv: readonly string[]) => {
    const { status, stderr } = await run(...argv);
    expect(status).not.toBe(0);
    return stderr;
  };

  it.each(['import', 'quantize'])('%s of a graph model', async (command) => {
    const told = await failed(command, at('graph'), '--to', 'onnx');
    expect(told).toMatch(/\[layer-unsupported\].*a graph model, which holds operations of TensorFlow/);
    expect(told).toContain('tf2onnx');
  });

  it('a layer that TensorFlow.js does not know', async () => {
    await writePictureModel(at('strange'));
    await changeJson(at('strange'), (json) => {
      json.modelTopology = JSON.parse(
        JSON.stringify(json.modelTopology).replace('Flatten', 'Strange'),
      ) as Record<string, unknown>;
    });
    expect(await failed('import', at('strange'), '--to', 'onnx')).toMatch(/layer-unsupported.*Strange/);
  });

  it('options that fit no ONNX file, or no model of TensorFlow.js', async () => {
    const words = [at('pictures'), '--to', 'onnx'];
    expect(await failed('quantize', ...words, '--format', 'plain')).toMatch(/--format.*received --to onnx/);
    expect(await failed('quantize', ...words, '--topology', 'x')).toMatch(/--topology.*TensorFlow\.js model/);
    expect(await failed('quantize', ...words, '--float16')).toMatch(/lowbit import .* --to onnx/);
    expect(await failed('import', at('pictures'))).toContain('becomes an ONNX file with --to onnx');
  });
});

it('what is wrong with a model is told before that its result is there already', async () => {
  const cwd = await temporaryFolder();
  for (const [name, text] of [
    ['a.onnx', 'no model'],
    ['a_q8.onnx', ''],
    ['b.keras', 'PK no archive'],
    ['b.onnx', ''],
    ['b_q8.onnx', ''],
    ['c.json', '{"modelTopology": 1}'],
    ['c.onnx', ''],
  ] as const)
    await writeFile(join(cwd, name), text);
  const code = async (...argv: readonly string[]) => {
    const { stdout } = await run(...argv, '--json');
    return (JSON.parse(stdout) as { error: { code: string } }).error.code;
  };
  expect(await code('quantize', join(cwd, 'a.onnx'))).toBe('model-not-onnx');
  expect(await code('import', join(cwd, 'b.keras'), '--to', 'onnx')).toBe('model-not-keras');
  expect(await code('quantize', join(cwd, 'b.keras'), '--to', 'onnx')).toBe('model-not-keras');
  expect(await code('quantize', join(cwd, 'c.json'), '--to', 'onnx', '-o', join(cwd, 'c.onnx'))).toBe(
    'model-malformed',
  );
  await writePictureModel(join(cwd, 'm'));
  expect(await code('quantize', join(cwd, 'm'), '--to', 'onnx', '-o', join(cwd, 'c.onnx'))).toBe(
    'file-exists',
  );
});
