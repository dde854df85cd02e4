import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { npyBytes } from '@lowbit/data';
import { describe, expect, it } from 'vitest';

import { lowbit, temporaryFolder } from './support.js';
import { tinyModel } from './tiny-model.js';

/** Runs in a folder with a small model, which two.onnx is. */
async function runIn(args: readonly string[]) {
  const folder = await temporaryFolder();
  await writeFile(join(folder, 'two.onnx'), tinyModel());
  await writeFile(join(folder, 'on.json'), tinyModel());
  return lowbit(args, { cwd: folder });
}

describe('wrong words on the command line', () => {
  it.each<readonly [readonly string[], number, RegExp]>([
    [
      ['quantize', 'two.onnx', '--weights', 'progressive'],
      2,
      /a policy, which chooses bits: --bits progressive\./,
    ],
    [['quantize', 'two.onnx', '--exclude-op', 'matmul'], 2, /--exclude-op: .*Did you mean MatMul\?/s],
    [
      ['quantize', 'two.onnx', '--include-op', 'Conv*'],
      2,
      /--include-op: .*an operator of the model: MatMul/,
    ],
    [['quantize', 'two.onnx', '--exclude-op', 'Mat*'], 1, /check what is included and excluded/],
    [['quantize', 'two.onnx', '--activations', 'dynamc'], 2, /Did you mean dynamic\?/],
    [
      ['quantize', 'two.onnx', '--external', '--no-external'],
      2,
      /expected --external or --no-external; received both/,
    ],
    [['quantize', 'two.onnx', '--weights', 'percentile:percent=99,percent=98'], 2, /received percent twice/],
    [['quantize', 'two.onnx', '-o', ''], 2, /received an empty text/],
    [
      ['quantize', 'two.onnx', '-o', 'two.onnx/x.onnx'],
      1,
      /not a folder\s+hint: +Choose a place in a folder\./,
    ],
    [['quantize', 'two.onnx', '-o', `${'x'.repeat(300)}.onnx`], 1, /Choose a shorter name\./],
    [['quantize', 'two.onnx', '-o', '/dev/stdout', '--force'], 1, /a device, pipe or socket.*Give - for/s],
    [['quantize', 'two.onnx', '--target', 'ort-web@1.30/webgpuu'], 2, /Did you mean webgpu\?/],
  ])('%j', async (args, status, words) => {
    const run = await runIn(args);
    expect(run.stderr).toMatch(words);
    expect(run.status).toBe(status);
    expect(run.stdout).toBe('');
  });

  it('lists methods that quantize activations alone where one of these is misspelt', async () => {
    const { stderr } = await runIn(['quantize', 'two.onnx', '--activations', 'dynamc']);
    expect(stderr).toContain('moving-average');
    expect(stderr).not.toContain('ternary');
  });

  it('has help for help', async () => {
    const run = await lowbit(['help', 'help']);
    expect(run.status).toBe(0);
    expect(run.stdout).toContain('lowbit');
  });

  it('knows an ONNX model that is called .json', async () => {
    const { stdout, status } = await runIn(['inspect', 'on.json']);
    expect([status, stdout]).toEqual([0, expect.stringContaining('ai.onnx 13')]);
  });
});

/** An embedding: nothing that it computes can be quantized. */
const embedding = [
  { opType: 'Cast', input: ['x'], output: ['ids'], attribute: [{ name: 'to', type: 2, i: 7n }] },
  { opType: 'Gather', input: ['w', 'ids'], output: ['y'] },
];

describe('data that nothing is observed on', () => {
  it.each([
    [['--calibrate', 'nowhere'], 'nowhere: the file does not exist'],
    [['--calibrate', 'ids.npy', '--labels', 'nope.txt'], 'nope.txt: the file does not exist'],
    [['--calibrate', 'ids.npy', '--image-mean', '123,117,104'], 'expected numbers for pixels of 0 to 1'],
  ])('%j', async (args, words) => {
    const folder = await temporaryFolder();
    await writeFile(join(folder, 'table.onnx'), tinyModel({ nodes: embedding }));
    await writeFile(join(folder, 'ids.npy'), npyBytes([1, 64], new Float32Array(64)));
    const run = await lowbit(['quantize', 'table.onnx', '--activations', 'min-max', ...args], {
      cwd: folder,
    });
    expect(run.status).not.toBe(0);
    expect(run.stderr).toContain(words);
  });
});

describe('a .json file that is no model of TensorFlow.js', () => {
  it.each([
    ['<!doctype html>', 'an HTML page', 'web page'],
    ['', '[model-empty]', 'repeat it'],
    ['{"modelTopology": {"a', '[model-truncated]', 'cut off'],
    ['[1]', 'received a list', 'Give the model.json'],
    ['null', 'received null', 'Give the model.json'],
  ])('%j', async (text, kind, remedy) => {
    const folder = await temporaryFolder();
    await writeFile(join(folder, 'model.json'), text);
    const { stderr, status } = await lowbit(['quantize', 'model.json', '-o', 'z.onnx'], { cwd: folder });
    expect(status).toBe(1);
    expect(stderr).toContain(kind);
    expect(stderr).toContain(remedy);
  });
});

it.each([
  [{ ir: 99n }, 'Export the model with IR version 13 or lower, or update lowbit.'],
  [{ opset: 27n }, 'Export the model with operator set 26 or lower, or update lowbit.'],
])('a model of a version that is newer than all known: %o', async (version, remedy) => {
  const folder = await temporaryFolder();
  await writeFile(join(folder, 'model.onnx'), tinyModel(version));
  expect((await lowbit(['inspect', 'model.onnx'], { cwd: folder })).stderr).toContain(remedy);
});
