import { existsSync, rmSync, statSync } from 'node:fs';
import { basename, join } from 'node:path';
import { generatePackage, nameOf, type PluginKind } from 'create-lowbit-plugin';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { makeProject, plugins, textsOf, type Project } from './project.js';

let project: Project;
beforeAll(() => {
  project = makeProject();
});
afterAll(() => project.remove());

/** Runs a script of the project and reads the one line of JSON that it prints. */
function script(file: string, ...args: readonly string[]) {
  const { status, stdout, all } = project.run(process.execPath, file, ...args);
  expect(status, all).toBe(0);
  return JSON.parse(stdout.split('\n').find((line) => line.startsWith('{')) ?? all) as Record<
    string,
    unknown
  >;
}

/** How alike a model and its quantized form are on a picture. */
function compared(file: string) {
  return script('run-onnx.mjs', 'model.onnx', file) as { found: [number, number]; decibels: number };
}

const byPackage = ['--plugin', 'lowbit-plugin-zero-point', '--plugin', 'lowbit-plugin-by-size'];
const zeroPoint = ['--plugin', './plugins/lowbit-plugin-zero-point/index.js', '--weights', 'zero-point'];

test.each<[string, PluginKind]>([
  ['zero-point', 'quantizer'],
  ['by-size', 'policy'],
  ['nearest-first', 'schedule'],
])('npm create lowbit-plugin makes the package of %s', (name, kind) => {
  const names = nameOf(name, kind);
  const { '.gitignore': ignored, ...generated } = Object.fromEntries(
    generatePackage({ name: names, kind, typescript: false }),
  );
  const folder = plugins().find((path) => basename(path) === names.package);
  expect(generated).toEqual(textsOf(folder ?? ''));
  expect(ignored).toBe('node_modules/\n');
});

test.each(plugins().map((path) => basename(path)))('%s keeps the laws, by its own tests', (name) => {
  const laws = join('plugins', name, 'laws.test.js');
  const { status, all } = project.run(process.execPath, '--test', laws);
  expect(status, all).toBe(0);
  expect(Number(/# pass (\d+)/.exec(all)?.[1]), all).toBeGreaterThan(15);
});

describe('a real ONNX file', () => {
  test('is quantized by code, by value as by name', () => {
    const result = script('quantize-onnx.mjs');
    expect(result).toMatchObject({ same: true, quantizers: ['zero-point'], bits: [7, 8] });
    expect(result['ratio']).toBeLessThan(0.3);
    const { found, decibels } = compared('by-code.onnx');
    expect(found[0]).toBeGreaterThan(1000);
    expect(Math.abs(found[1] - found[0])).toBeLessThan(0.02 * found[0]);
    expect(decibels).toBeGreaterThan(15);
  });

  test('is quantized by the command line, from packages', () => {
    const bits = ['--bits', 'by-size:limit=50000,large=7', '-o', 'by-package.onnx'];
    const { status, all } = project.lowbit(
      'quantize',
      'model.onnx',
      ...byPackage,
      '--weights',
      'zero-point',
      ...bits,
    );
    expect(status, all).toBe(0);
    const size = (file: string) => statSync(join(project.folder, file)).size;
    expect(size('by-package.onnx') / size('model.onnx')).toBeLessThan(0.3);
    expect(compared('by-package.onnx').decibels).toBeGreaterThan(15);
  });

  test('is quantized by the command line, from a file', () => {
    const { status, all } = project.lowbit('quantize', 'model.onnx', ...zeroPoint);
    expect(status, all).toBe(0);
    expect(compared('model_q8.onnx').decibels).toBeGreaterThan(15);
  });
});

describe('a TensorFlow.js model', () => {
  test('is quantized, trained with a schedule of a stranger, saved and loaded', () => {
    const result = script('train-tfjs.mjs');
    const { float, oneShot, trained } = result['accuracies'] as Record<string, number>;
    expect(float).toBeGreaterThan(0.93);
    // Two bits cost something, and training brings it back.
    expect(trained).toBeGreaterThan(0.93);
    expect(trained).toBeGreaterThan(oneShot!);
    const held = result['held'] as readonly { frozen: number; still: number }[];
    expect(held.map(({ frozen }) => Math.round(100 * frozen))).toEqual([33, 67, 100]);
    for (const { frozen, still } of held) expect(still).toBeCloseTo(frozen, 6);
    expect(result).toMatchObject({
      plan: ['zero-point 4', 'zero-point 2', 'zero-point 4'],
      rounds: [
        ['50 % frozen', 0.5],
        ['100 % frozen', 1],
      ],
      saved: { largest: 0 },
    });
    expect(result['levels']).toBeLessThanOrEqual(4);
    expect((result['saved'] as { ratio: number }).ratio).toBeLessThan(0.3);
  });

  test('is quantized by the command line', () => {
    expect(existsSync(join(project.folder, 'float', 'model.json'))).toBe(true);
    // So small that the plan in it outweighs what the weights save.
    const bits = ['--bits', 'by-size:limit=100,small=6,large=4', '-o', 'small', '--json', '--allow-larger'];
    const { status, stdout, all } = project.lowbit(
      'quantize',
      'float',
      ...byPackage,
      '--weights',
      'zero-point',
      ...bits,
    );
    expect(status, all).toBe(0);
    const { report } = JSON.parse(stdout) as { report: { weights: { bits: number; quantizer: string }[] } };
    expect(report.weights.map(({ bits: width }) => width)).toEqual([6, 4, 6]);
    expect(report.weights.every(({ quantizer }) => quantizer === 'zero-point')).toBe(true);
    expect(existsSync(join(project.folder, 'small', 'model.json'))).toBe(true);
  });
});

describe('a file of Keras', () => {
  test('is quantized by value as by name, trained with a schedule of a stranger, and both reach onnxruntime-web', () => {
    const result = script('quantize-keras.mjs');
    expect(result).toMatchObject({
      same: true,
      quantizers: ['zero-point'],
      bits: [4, 6],
      frozen: [50, 100],
      quantized: { bits: [6, 4, 4, 4, 4] },
      trained: { bits: [6, 4, 4, 4, 4] },
    });
    expect(result['ratio']).toBeLessThan(0.2);
    for (const way of ['quantized', 'trained'])
      expect((result[way] as { difference: number }).difference).toBeLessThan(1e-5);
  });

  test('is quantized and imported by the command line', () => {
    const bits = ['--bits', 'by-size:limit=2000,small=6,large=4', '--weights', 'zero-point'];
    for (const to of ['tfjs', 'onnx']) {
      const output = ['--to', to, '-o', `keras-${to}${to === 'onnx' ? '.onnx' : ''}`, '--json'];
      const { status, stdout, all } = project.lowbit(
        'quantize',
        'model.keras',
        ...byPackage,
        ...bits,
        ...output,
      );
      expect(status, all).toBe(0);
      const { report } = JSON.parse(stdout) as { report: { weights: { bits: number }[] } };
      expect(report.weights.map(({ bits: width }) => width)).toEqual([6, 4, 4, 4, 4]);
    }
    const { status, all } = project.lowbit('import', 'model.keras', '-o', 'imported');
    expect(status, all).toBe(0);
    expect(existsSync(join(project.folder, 'imported', 'model.json'))).toBe(true);
  });
});

describe('the command line', () => {
  test('lists methods of strangers beside its own', () => {
    const { status, stdout, all } = project.lowbit(
      'methods',
      ...byPackage,
      '--plugin',
      'lowbit-plugin-nearest-first',
    );
    expect(status, all).toBe(0);
    for (const text of [
      'zero-point',
      'by-size',
      'option limit=4096',
      'nearest-first',
      'option rounds=3',
      'min-max',
    ])
      expect(stdout).toContain(text);
  });

  test('refuses a plugin of another interface version, and names both', () => {
    const { status, all } = project.lowbit('quantize', 'model.onnx', '--plugin', './next-api.js');
    expect(status).toBe(1);
    expect(all).toContain("--plugin ./next-api.js: quantizer 'from-tomorrow'");
    expect(all).toContain('[plugin-api]; expected api 2; received api 3');
  });

  test('tells which plugin threw, and at which layer', () => {
    rmSync(join(project.folder, 'model_q4.onnx'), { force: true });
    const argv = ['--plugin', './throws.js', '--weights', 'clumsy', '--bits', '4'];
    const { status, all } = project.lowbit('quantize', 'model.onnx', ...argv);
    expect(status).toBe(1);
    expect(all).toMatch(/quantizer 'clumsy' at weight '.+': a plugin threw an error \[plugin-failed\]/);
    expect(all).toContain('dropped the values');
    expect(existsSync(join(project.folder, 'model_q4.onnx'))).toBe(false);
  });
});
