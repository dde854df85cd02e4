import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { describe, expect, it } from 'vitest';

import { lowbit, models, run, temporaryFolder } from './support.js';
import { tinyModel } from './tiny-model.js';

describe('help and version', () => {
  it('prints the version', async () => {
    const run = await lowbit(['--version']);
    expect(run.status).toBe(0);
    expect(run.stdout).toMatch(/^\d+\.\d+\.\d+\S*\n$/);
  });

  it.each([['--help'], ['help']])('%s names the commands, examples and exit statuses', async (argument) => {
    const run = await lowbit([argument]);
    expect(run.status).toBe(0);
    for (const text of [
      'quantize',
      'inspect',
      'compare',
      'methods',
      'sweep',
      'merge',
      'worker',
      'Examples:',
      'Exit status:',
    ]) {
      expect(run.stdout).toContain(text);
    }
  });

  it.each([
    [['quantize', '--help'], 'lowbit quantize'],
    [['--help', 'quantize'], 'lowbit quantize'],
    [['help', 'compare'], 'lowbit compare'],
    [['quantize', 'm.onnx', '--image-mean', '-1,0,1', '--calibrate', 'a', 'b', '-h'], 'lowbit quantize'],
    [['help', '--help'], 'lowbit'],
  ])('%j is of what was named', async (argv, title) => {
    const { status, stdout } = await run(...argv);
    expect(stdout).toMatch(new RegExp(`^Usage: ${title} \\[options\\]`));
    expect(status).toBe(0);
  });

  it('names every option of quantize', async () => {
    const { status, stdout } = await lowbit(['quantize', '--help']);
    expect(status).toBe(0);
    const options =
      '-o, --output|--weights|--bits|--granularity|--rounding|--correct-biases|--no-correct-biases|--parameters|--first-last|--optimize|--target|--activations|--activation-bits|--integers|--calibrate|--calibration|--save-calibration|--image-size|--labels|--limit|--external|--no-external|--freeze-inputs|--include|--exclude|--include-op|--exclude-op|--plugin|--plan|--report|--json|--quiet|--force';
    for (const option of options.split('|')) expect(stdout).toContain(option);
    expect(stdout).toContain('Examples:');
  });

  it('names every option of compare', async () => {
    const { status, stdout } = await lowbit(['compare', '--help']);
    expect(status).toBe(0);
    const options =
      '--input|--calibrate|--image-size|--image-mean|--image-deviation|--image-layout|--image-channels|--image-resize|--labels|--limit|--seed|--dim|--rounds|--json|--quiet';
    for (const option of options.split('|')) expect(stdout).toContain(option);
    expect(stdout).toContain('Examples:');
  });

  it('is printed to standard error when there is no command', async () => {
    const run = await lowbit([]);
    expect(run.status).toBe(2);
    expect(run.stdout).toBe('');
    expect(run.stderr).toContain('Usage: lowbit');
  });
});

describe('wrong usage ends with 2 and a hint', () => {
  it.each([
    [['quantise', 'm.onnx'], 'Did you mean quantize?'],
    [['model.onnx'], "unknown command 'model.onnx'"],
    [['quantize'], "missing required argument 'model'"],
    [['inspect', 'a.onnx', 'b.onnx'], 'too many arguments'],
    [['quantize', 'm.onnx', '--forse'], 'Did you mean --force?'],
    [['sweep', 'm.onnx', '--methods', 'mse'], 'Did you mean --weights?'],
    [['quantize', 'm.onnx', '--bits'], "'--bits <number>' argument missing"],
    [['quantize', 'm.onnx', '--bits', '0'], '1 to 16'],
    [['quantize', 'm.onnx', '--bits', '4.5'], '1 to 16'],
    [['quantize', 'm.onnx', '--bits', 'eight'], '1 to 16'],
    [['quantize', 'm.onnx', '--bits', '17'], '1 to 16'],
    [['quantize', 'm.onnx', '--bits', 'progresive:to=2'], 'Did you mean progressive?'],
    [['quantize', 'm.onnx', '--bits', 'progressive:too=2'], '[unsupported-option]'],
    [['quantize', 'm.onnx', '--weights', 'dynamic'], 'a method for weights'],
    [['quantize', 'm.onnx', '--granularity', 'chanel'], 'Did you mean channel?'],
    [['quantize', 'm.onnx', '--granularity', 'group:0'], 'group:32'],
    [['quantize', 'm.onnx', '--first-last', 'flot'], 'float'],
    [['quantize', 'm.onnx', '--parameters', 'flaot16'], 'Did you mean float16?'],
    [['quantize', 'm.onnx', '--parameters', 'two-level:7'], 'or for TensorFlow.js two-level:6'],
    [['quantize', models.detector, '--parameters', 'two-level:6'], 'Give --parameters float16.'],
    [['quantize', 'm.onnx', '--parameters', 'float16', '--plan', 'p.json'], 'cannot be used with option'],
    [['quantize', models.detector, '--exclude', 'nothing*'], '--exclude: an argument is not valid'],
    [['quantize', models.detector, '--include', 'conv2d_0.w'], 'the name of a layer or weight'],
    [['quantize', 'm.onnx', '--weights', 'ul2q:lamda=paper'], 'Did you mean lambda?'],
    [['quantize', 'm.onnx', '--weights', 'absmax:levels=od'], 'Did you mean odd?'],
    [['quantize', 'm.onnx', '--optimize', 'sped'], 'Did you mean speed?'],
    [['quantize', 'm.onnx', '--weights', 'minmax'], 'Did you mean min-max?'],
    [['quantize', 'm.onnx', '--weights', 'nothing-like-it'], 'lowbit methods'],
    [['quantize', 'm.onnx', '--weights', 'ul2q:nonsense=1'], '[unsupported-option]'],
    [['inspect'], "missing required argument 'model'"],
    [['compare', 'a.onnx'], "missing required argument 'b'"],
    [['compare', 'a.onnx', 'b.onnx', '--image-resize', 'stretsh'], 'Did you mean stretch?'],
    [['methods', '--jsn'], '--json'],
    [['methods', 'x'], 'too many arguments'],
    [['nonsense', '--help'], "unknown command 'nonsense'"],
    [['--help', 'nonsense'], "unknown command 'nonsense'"],
    [['help', 'nonsense'], "unknown command 'nonsense'"],
    [['nonsense', '--version'], "unknown command 'nonsense'"],
    [['quantise', '-h'], 'Did you mean quantize?'],
    [['help', 'quantise'], 'Did you mean quantize?'],
    [['help', 'quantize', 'inspect'], 'Run lowbit help quantize.'],
    [['quantize', '--forse', '--help'], 'Did you mean --force?'],
    [['quantize', 'm.onnx', '--nonsense=1', '--help'], 'Run lowbit quantize --help'],
    [['--bits', '4', 'quantize', 'm.onnx'], 'after the command: lowbit quantize --bits'],
    [
      ['inspect', 'm.onnx', '--bits', '4'],
      'It is an option of lowbit quantize and lowbit plan and lowbit sweep.',
    ],
    [['m.onnx', '--bits', '4'], 'Write lowbit quantize m.onnx.'],
  ])('%s', async (args, expected) => {
    const { status, stdout, stderr } = await run(...args);
    expect(stderr).toContain(expected);
    expect(status).toBe(2);
    expect(stdout).toBe('');
  });
});

describe('inspect', () => {
  it('tells operators, types, what can be quantized and what not', async () => {
    const run = await lowbit(['inspect', models.speech]);
    expect(run).toMatchObject({ status: 0, stderr: '' });
    for (const text of ['Operators', 'LSTM', 'FLOAT', 'Can be quantized', 'Stays as it is']) {
      expect(run.stdout).toContain(text);
    }
  });

  it('does not call weights that are computed a part of the file', async () => {
    const nodes = [
      { opType: 'Mul', name: 'square', input: ['w', 'w'], output: ['s'] },
      { opType: 'MatMul', name: 'first', input: ['x', 's'], output: ['h'] },
      { opType: 'MatMul', name: 'second', input: ['h', 'w'], output: ['y'] },
    ];
    const model = join(await temporaryFolder(), 'computed.onnx');
    await writeFile(model, tinyModel({ nodes }));
    const { stdout } = await run('inspect', model);
    expect(stdout).toContain(
      '2 weights, 32.8 kB, more than the file, which holds less and computes weights of it',
    );
  });

  it('as JSON is one document', async () => {
    const { stdout, stderr } = await lowbit(['inspect', models.detector, '--json']);
    expect(stderr).toBe('');
    const document = JSON.parse(stdout) as { quantizable: object[]; operators: object[]; skipped: object[] };
    expect(document.quantizable.length).toBeGreaterThan(50);
    expect(document.operators.length).toBeGreaterThan(5);
    expect(document.skipped.length).toBeGreaterThan(0);
  });
});

describe('methods', () => {
  it('lists name, kind, roles, bits and paper', async () => {
    const run = await lowbit(['methods']);
    expect(run).toMatchObject({ status: 0, stderr: '' });
    for (const text of ['min-max', 'ul2q', 'quantizer', 'weight', 'paper:'])
      expect(run.stdout).toContain(text);
  });

  it('as JSON is one document', async () => {
    const { stdout } = await lowbit(['methods', '--json']);
    const { methods } = JSON.parse(stdout) as { methods: { name: string; kind: string; bits?: object }[] };
    expect(methods.find(({ name }) => name === 'absmax')).toMatchObject({
      kind: 'quantizer',
      roles: ['weight'],
    });
  });
});
