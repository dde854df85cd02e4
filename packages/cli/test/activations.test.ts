import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { npyBytes } from '@lowbit/data';
import type { CompareDocument } from '@lowbit/report/text';
import { zipSync } from 'fflate';
import { beforeAll, describe, expect, it } from 'vitest';

import type { QuantizeDocument } from '../src/commands/quantize-document.js';
import { letterPage } from './letter-page.js';
import { contents, lowbit, models, run, temporaryFolder, withoutPackage, withoutRuntime } from './support.js';
import { tinyModel } from './tiny-model.js';

let folder: string;
const inFolder = (name: string) => join(folder, name);
const preparation = ['--image-mean', '0.485,0.456,0.406', '--image-deviation', '0.229,0.224,0.225'];
const pictures = () => ['--calibrate', inFolder('pages'), '--image-size', '160x192', ...preparation];

/** Quantizes in this process. */
async function quantized(...argv: readonly string[]): Promise<QuantizeDocument> {
  const { status, stdout } = await run('quantize', ...argv, '--json', '--force');
  expect(status, stdout).toBe(0);
  return JSON.parse(stdout) as QuantizeDocument;
}

async function failed(...argv: readonly string[]) {
  const { status, stdout, stderr } = await run('quantize', ...argv, '--force');
  expect(stdout).toBe('');
  return { status, stderr };
}

/** Samples of 64 numbers, of which the first is far from the others. */
function samples(count: number): Uint8Array {
  const values = Float32Array.from({ length: 64 * count }, (_, i) => (i === 0 ? 50 : Math.sin(i)));
  return npyBytes([count, 64], values);
}

const formsOf = ({ report }: QuantizeDocument) => report.weights.map(({ form }) => form);

beforeAll(async () => {
  folder = await temporaryFolder();
  await mkdir(inFolder('pages'));
  for (const seed of [1, 2, 3]) await writeFile(inFolder(`pages/${seed}.png`), letterPage(seed, 160, 192));
  await mkdir(inFolder('test'));
  await writeFile(inFolder('test/4.png'), letterPage(4, 160, 192));
  await writeFile(inFolder('tiny.onnx'), tinyModel());
  await writeFile(inFolder('x.npy'), samples(40));
});

describe('a real detector', () => {
  // With all levels the 96 weights of its last layer happen to round to one side, which costs 12 dB on such pages.
  const output = () => ['--weights', 'absmax:levels=odd', '-o', inFolder('det.onnx')];

  async function decibels(): Promise<number> {
    const data = ['--calibrate', inFolder('test'), '--image-size', '160x192', ...preparation];
    const argv = ['compare', models.detector, inFolder('det.onnx'), ...data, '--rounds', '0', '--json'];
    const { stdout } = await run(...argv);
    return (JSON.parse(stdout) as CompareDocument).overall.sqnrDb ?? Infinity;
  }

  it.each([
    ['min-max', 'operators', 'ConvInteger', 15],
    ['percentile', 'qdq', 'QLinearConv', 10],
  ])('%s as %s computes in integers and keeps its results', async (method, form, operator, fewest) => {
    const argv = ['--activations', method, '--integers', form, ...pictures(), '-o', inFolder('det.onnx')];
    const document = await quantized(models.detector, ...argv);
    expect(formsOf(document).filter((one) => one === operator).length).toBeGreaterThanOrEqual(fewest);
    expect(document.calibration).toMatchObject({ source: 'data', batches: 3, paths: [inFolder('pages')] });
    expect(JSON.stringify(document.calibration)).toContain('160×192');
    const { activations = [] } = document.report;
    expect(activations.length).toBeGreaterThanOrEqual(fewest);
    const left = activations.filter(({ float }) => float);
    expect(left.length).toBeLessThan(activations.length / 4);
    for (const { formReason } of left)
      expect(formReason).toMatch(/computed? in floats|its range goes beyond/);
    for (const { bits, fitted } of activations.filter((row) => !left.includes(row))) {
      expect(bits).toBe(8);
      expect(fitted?.grid.max).toBeGreaterThan(fitted?.grid.min ?? Infinity);
      expect(fitted?.clipped).toBeLessThan(0.01);
    }
    // Weights alone reach 20 dB on such a page.
    expect(await decibels()).toBeGreaterThan(16);
  });

  it('dynamic ranges need no data', async () => {
    const document = await quantized(models.detector, '--activations', 'dynamic', ...output());
    expect(formsOf(document).filter((form) => form === 'ConvInteger').length).toBeGreaterThan(10);
    expect(document).not.toHaveProperty('calibration');
    expect(await decibels()).toBeGreaterThan(16);
  });

  it('statistics of another form are refused with what to do', async () => {
    const saving = ['--save-calibration', inFolder('operators.json'), '--limit', '1', ...output()];
    await quantized(models.detector, '--activations', 'mse', ...pictures(), ...saving);
    const argv = ['--activations', 'mse', '--integers', 'qdq', '--calibration', inFolder('operators.json')];
    const { status, stderr } = await failed(models.detector, ...argv, ...output());
    expect(status).toBe(1);
    expect(stderr).toContain('[calibration-invalid]');
    expect(stderr).toContain('--integers');
  });
});

describe('a small model', () => {
  const tiny = (...argv: readonly string[]) => [inFolder('tiny.onnx'), '-o', inFolder('out.onnx'), ...argv];
  const operators = ['--integers', 'operators'];

  it('computes in floats where integers would be slower, unless they are asked for', async () => {
    const { stdout } = await run('quantize', ...tiny('--activations', 'dynamic', '--force'));
    expect(stdout).toMatch(/\n {2}computes in floats: integers would be 0\.\d times as fast as floats/);
    expect(stdout).toMatch(
      /1 × Cast→Mul→Add: .*computed in floats: the whole network would be 0\.\d times as fast/,
    );
    const forced = await run('quantize', ...tiny('--activations', 'dynamic', ...operators, '--force'));
    expect(forced.stdout).toMatch(/\n {2}forecast: 0\.\d times as fast as floats/);
    expect(forced.stdout).toContain('1 × MatMulInteger: ');
  });

  it('is told about in the summary and in the HTML report', async () => {
    const argv = [
      '--activations',
      'percentile:percent=99',
      ...operators,
      '--calibrate',
      inFolder('x.npy'),
      '--force',
    ];
    const page = inFolder('report.html');
    const { stdout } = await run('quantize', ...tiny(...argv, '--report', page));
    expect(stdout).toContain('1 × MatMulInteger: multiplied in 8-bit integers');
    expect(stdout).toMatch(/Activations: 1\nvalue +bits +method +seen +levels +clipped\n/);
    expect(stdout).toMatch(/x +8 +percentile +-1 … 50 +-\S+ … \S+ +[\d.]+ %/);
    expect(stdout).toContain(`observed on 40 batches from ${inFolder('x.npy')}`);
    const html = await readFile(page, 'utf8');
    expect(html).toContain('<h3>Activations</h3>');
    expect(html).toContain('-1 … 50');
  });

  it('clips what a percentile leaves out, and nothing with min-max', async () => {
    const data = [...operators, '--calibrate', inFolder('x.npy')];
    const clipped = async (method: string) => {
      const { report } = await quantized(...tiny('--activations', method, ...data));
      return report.activations?.[0]?.fitted;
    };
    expect(await clipped('min-max')).toMatchObject({
      clipped: 0,
      observed: { min: expect.closeTo(-1, 3), max: 50 },
    });
    const narrow = await clipped('percentile:percent=99.9');
    expect(narrow?.grid.max).toBeLessThan(2);
    // One value of 2560.
    expect(narrow?.clipped).toBeCloseTo(1 / 2560, 6);
  });

  it('of data that nothing takes no statistics are written, and outputs are compared on them', async () => {
    const nodes = [
      { opType: 'Cast', input: ['x'], output: ['ids'], attribute: [{ name: 'to', type: 2, i: 7n }] },
      { opType: 'Gather', input: ['w', 'ids'], output: ['rows'] },
      {
        opType: 'ReduceMax',
        input: ['rows'],
        output: ['y'],
        attribute: [
          { name: 'axes', type: 7, ints: [1n] },
          { name: 'keepdims', type: 2, i: 0n },
        ],
      },
    ];
    await writeFile(inFolder('table.onnx'), tinyModel({ nodes }));
    await writeFile(inFolder('ids.npy'), npyBytes([1, 64], new Float32Array(64).fill(3)));
    const data = ['--activations', 'min-max', '--calibrate', inFolder('ids.npy')];
    const { report, calibration } = await quantized(
      inFolder('table.onnx'),
      ...data,
      ...['--save-calibration', inFolder('none.json')],
    );
    expect(calibration).toBeUndefined();
    expect(report.verdict).toMatchObject({ by: 'outputs', outputs: { samples: 1 } });
    expect(report.warnings).toEqual([
      expect.stringContaining('--activations: no layer of the plan takes'),
      expect.stringContaining('none.json was not written'),
    ]);
    expect(await contents(folder)).not.toContain('none.json');
  });

  it('takes npz and JSON lines, a limit and labels', async () => {
    const values = Float32Array.from({ length: 64 * 5 }, (_, i) => Math.cos(i));
    await writeFile(inFolder('data.npz'), zipSync({ 'x.npy': npyBytes([5, 64], values) }));
    const line = JSON.stringify({ x: [...values.subarray(0, 64)] });
    await writeFile(inFolder('data.jsonl'), `${line}\n`.repeat(5));
    await writeFile(inFolder('labels.txt'), '0\n'.repeat(5));
    const batches = async (...argv: readonly string[]) =>
      (await quantized(...tiny('--activations', 'min-max', ...operators, ...argv))).calibration?.batches;
    expect(await batches('--calibrate', inFolder('data.npz'))).toBe(5);
    expect(await batches('--calibrate', inFolder('data.jsonl'), '--limit', '3')).toBe(3);
    expect(await batches('--calibrate', inFolder('data.npz'), '--labels', inFolder('labels.txt'))).toBe(5);
  });

  it('statistics are saved and reused, and a plan repeats the result', async () => {
    const stats = inFolder('stats.json');
    const argv = [
      '--activations',
      'percentile',
      ...operators,
      '--calibrate',
      inFolder('x.npy'),
      '--save-calibration',
      stats,
      '-o',
      inFolder('out.onnx'),
    ];
    const first = await quantized(inFolder('tiny.onnx'), ...argv);
    const bytes = await readFile(inFolder('out.onnx'));
    expect(first.calibration).toMatchObject({ saved: stats });
    const again = await quantized(
      inFolder('tiny.onnx'),
      ...['--activations', 'percentile', ...operators, '--calibration', stats, '-o', inFolder('out.onnx')],
    );
    expect(again.calibration).toEqual({ source: 'file', path: stats, batches: 40 });
    expect(await readFile(inFolder('out.onnx'))).toEqual(bytes);
    expect(again.report.plan.activations?.length).toBe(first.report.activations?.length);

    await writeFile(inFolder('done.json'), JSON.stringify(first));
    const plan = ['--plan', inFolder('done.json'), '-o', inFolder('out.onnx')];
    await quantized(inFolder('tiny.onnx'), ...plan, '--calibration', stats);
    expect(await readFile(inFolder('out.onnx'))).toEqual(bytes);
    expect(await failed(inFolder('tiny.onnx'), ...plan)).toMatchObject({ status: 2 });
    const other = await failed(
      inFolder('tiny.onnx'),
      ...plan,
      '--calibration',
      stats,
      '--target',
      'ort-web@1.30/webgpu',
    );
    expect(other.stderr).toContain('WebGPU');
    const form = await failed(inFolder('tiny.onnx'), ...plan, '--calibration', stats, '--integers', 'qdq');
    expect(form).toMatchObject({ status: 2 });
    expect(form.stderr).toMatch(
      /--integers: [^]*\[plan-mismatch\]; expected operators, which the plan was made with/,
    );
    const changed = await failed(inFolder('tiny.onnx'), ...plan, '--calibration', stats, '--exclude', 'x');
    expect(changed.stderr).toContain('--exclude');
  });

  it('is computed in floats with other widths and methods, and on WebGPU', async () => {
    const data = ['--calibrate', inFolder('x.npy')];
    const four = await quantized(...tiny('--activations', 'percentile', '--activation-bits', '4', ...data));
    expect(four.report.activations?.[0]).toMatchObject({ bits: 4, fitted: { parameters: { levels: 16 } } });
    expect(four.report.weights[0]).toMatchObject({ quantizer: 'min-max', form: 'Cast→Mul→Add' });
    await writeFile(inFolder('four.json'), JSON.stringify(four.report.plan));
    const bytes = await readFile(inFolder('out.onnx'));
    await quantized(...tiny('--plan', inFolder('four.json'), ...data));
    expect(await readFile(inFolder('out.onnx'))).toEqual(bytes);

    const eight = await quantized(
      ...tiny('--activations', 'percentile', '--integers', 'none', ...data, '--force'),
    );
    await writeFile(inFolder('floats.json'), JSON.stringify(eight.report.plan));
    const floats = await readFile(inFolder('out.onnx'));
    await quantized(...tiny('--plan', inFolder('floats.json'), ...data));
    expect(await readFile(inFolder('out.onnx'))).toEqual(floats);

    const target = ['--target', 'ort-web@1.30/webgpu'];
    const gpu = await quantized(...tiny('--activations', 'dynamic', ...target));
    expect(gpu.report.activations).toHaveLength(1);
    expect(gpu.report.weights[0]?.storageReason).toContain('its input is quantized to 8 bits by dynamic');
    const unknown = await failed(...tiny('--activations', 'hwgq', '--activation-bits', '2'));
    expect(unknown.stderr).toContain('[calibration-missing]');
    const hwgq = await quantized(...tiny('--activations', 'hwgq', '--activation-bits', '2', ...data));
    expect(hwgq.report.activations?.[0]?.fitted?.parameters.kind).toBe('codebook');
  });

  it('gives integer layers 8 bits and channels, and keeps a method that is symmetric', async () => {
    const weights = ['--weights', 'absmax', '--bits', '4', '--granularity', 'group:32'];
    const { report } = await quantized(...tiny('--activations', 'dynamic', ...operators, ...weights));
    const [weight] = report.plan.weights;
    expect(weight).toMatchObject({ bits: 8, granularity: 'channel', quantizer: { name: 'absmax' } });
  });

  it('tells which values stay float although the plan quantizes them, and why', async () => {
    const swapped = [{ opType: 'MatMul', name: 'swapped', input: ['w', 'x'], output: ['y'] }];
    await writeFile(inFolder('turned.onnx'), tinyModel({ nodes: swapped }));
    const page = inFolder('turned.html');
    const argv = [inFolder('turned.onnx'), '--activations', 'horq', '--activation-bits', '2', '--force'];
    const { stdout } = await run('quantize', ...argv, '--report', page, '-o', inFolder('out.onnx'));
    expect(stdout).toMatch(/Activations: 0\n {2}1 × float: horq sees patches, and its first axis/);
    const html = await readFile(page, 'utf8');
    expect(html).toMatch(/>float<[^]*horq sees patches/);
    const { report } = await quantized(...argv, '-o', inFolder('out.onnx'));
    expect(report.activations).toMatchObject([{ tensor: 'x', float: true, form: 'float' }]);
  });

  it('says how many ranges are measured, and when no layer gains', async () => {
    const { stdout } = await run('quantize', ...tiny('--activations', 'dynamic', ...operators, '--force'));
    expect(stdout).toContain('Activations: 1\n  1 × measured on every run\n');
    const nodes = [{ opType: 'MatMul', name: 'swapped', input: ['w', 'x'], output: ['y'] }];
    await writeFile(inFolder('swapped.onnx'), tinyModel({ nodes }));
    const none = await run('quantize', inFolder('swapped.onnx'), '--activations', 'dynamic');
    expect(none.stdout).toContain(
      'Activations: 0\n  none: what keeps layers in floats is told with the weights\n',
    );
    expect(none.stdout).toContain('computed in floats: the weight is the first operand\n');
  });

  it('has session options for its target', async () => {
    const wasm = await quantized(...tiny('--target', 'ort-web@1.30/wasm'));
    expect(wasm.sessionOptions).toEqual({ executionProviders: ['wasm'], graphOptimizationLevel: 'all' });
    const text = async (target: string) =>
      (await run('quantize', ...tiny('--target', target, '--force'))).stdout;
    expect(await text('ort-web@1.30/wasm')).not.toContain('session with');
    expect(await text('ort-web@1.30/webgpu')).toContain(
      'session with the options {"executionProviders":["webgpu"]}',
    );
  });
});

describe('wrong usage', () => {
  const tiny = (...argv: readonly string[]) =>
    failed(inFolder('tiny.onnx'), '-o', inFolder('bad.onnx'), ...argv);

  it.each([
    [['--integers', 'qdq'], '--integers', '--activations'],
    [['--activation-bits', '8'], '--activation-bits', '--activations'],
    [['--labels', 'l.txt'], '--labels', '--calibrate'],
    [['--save-calibration', 's.json', '--calibrate', 'x.npy'], '--save-calibration', '--activations'],
    [['--activations', 'percentile'], '--activations', '--calibrate PATH'],
    [['--activations', 'absmax'], '--activations', 'percentile'],
    [['--activations', 'dynmic'], '--activations', 'Did you mean dynamic?'],
    [['--activations', 'percentile:percent=200'], '--activations', '[unsupported-option]'],
    [['--activations', 'dynamic', '--calibration', 's.json'], '--calibration', 'measured on every run'],
    [['--activations', 'dynamic', '--image-mean', '1'], '--image-mean', '--calibrate'],
    [
      ['--activations', 'mse', '--activation-bits', '4', '--integers', 'qdq'],
      '--activation-bits',
      '[unsupported-bits]',
    ],
    [
      ['--activations', 'mse', '--calibrate', 'x.npy', '--calibration', 's.json'],
      '--calibration',
      '--calibrate',
    ],
    [
      ['--activations', 'mse', '--calibration', 's.json', '--save-calibration', 't.json'],
      '--save-calibration',
      '',
    ],
    [
      ['--activations', 'dynamic', '--target', 'ort-web@1.30/webgpu', '--integers', 'operators'],
      '--target',
      'no kernels',
    ],
    [['--target', 'ort-web@1.30'], '--target', 'ort-web@VERSION/wasm'],
    [['--target', 'ort-web@1.10/wasm'], '--target', 'from 1.20 to'],
  ])('%j', async (options, option, text) => {
    const { status, stderr } = await tiny(...options);
    expect(status, stderr).toBe(2);
    expect(stderr).toContain(option);
    expect(stderr).toContain(text);
    expect(await contents(folder)).not.toContain('bad.onnx');
  });

  it.each([
    ['nothing', 'JSON'],
    ['[]', 'lowbit-calibration'],
    [
      '{"format":"lowbit-calibration","version":1,"port":"onnx","batches":1,"sites":{"x":{"min":2}}}',
      'sites["x"].max',
    ],
  ])('statistics that are %s', async (text, expected) => {
    await writeFile(inFolder('bad.json'), text);
    const { status, stderr } = await tiny('--activations', 'mse', '--calibration', inFolder('bad.json'));
    expect(status).toBe(1);
    expect(stderr).toContain('[calibration-invalid]');
    expect(stderr).toContain(expected);
  });

  it('of data that do not fit the model', async () => {
    await writeFile(inFolder('wide.npy'), npyBytes([2, 65], new Float32Array(130)));
    const { status, stderr } = await tiny('--activations', 'mse', '--calibrate', inFolder('wide.npy'));
    expect(status).toBe(1);
    expect(stderr).toContain('[calibration-invalid]');
  });

  it('of a plan whose activations are broken', async () => {
    const { report } = await quantized(
      inFolder('tiny.onnx'),
      '--activations',
      'dynamic',
      '-o',
      inFolder('out.onnx'),
    );
    for (const activations of [5, [{}], [{ ...report.plan.activations![0], bits: 'x' }]]) {
      await writeFile(inFolder('plan.json'), JSON.stringify({ ...report.plan, activations }));
      const { status, stderr } = await tiny('--plan', inFolder('plan.json'));
      expect(status).toBe(1);
      expect(stderr).toContain('[plan-invalid]');
    }
  });
});

describe('the real process', () => {
  const argv = () => [
    ...['quantize', models.detector, '-o', inFolder('process.onnx'), '--activations', 'min-max'],
    ...pictures(),
  ];

  it('says what to install when there is no runtime, and needs none for dynamic ranges', async () => {
    const { status, stderr } = await lowbit(argv(), { env: withoutRuntime });
    expect(status).toBe(1);
    expect(stderr).toContain('lowbit quantize');
    expect(stderr).toContain('[runtime-missing]');
    expect(stderr).toContain('npm install onnxruntime-web');
    const dynamic = ['quantize', inFolder('tiny.onnx'), '--activations', 'dynamic', '--quiet', '--force'];
    expect(await lowbit(dynamic, { env: withoutRuntime })).toMatchObject({
      status: 0,
      stdout: '',
      stderr: '',
    });
  });

  it('runs models in the runtime that is asked for', async () => {
    const native = await lowbit([...argv(), '--runtime', 'onnxruntime-node'], {
      env: withoutPackage('onnxruntime-node'),
    });
    expect(native.status).toBe(1);
    expect(native.stderr).toContain('npm install onnxruntime-node');
    const other = await lowbit([...argv(), '--runtime', 'onnxruntime'], {});
    expect(other).toMatchObject({ status: 2, stdout: '' });
    expect(other.stderr).toContain('onnxruntime-web or onnxruntime-node');
  });

  it('stops while it observes at Ctrl-C, and leaves no file', async () => {
    const NODE_OPTIONS = '--import=data:text/javascript,process.stderr.isTTY=true';
    const options = [...argv(), '--save-calibration', inFolder('process.json')];
    const stopped = await lowbit(options, { env: { NODE_OPTIONS }, interruptAt: 'observing' });
    expect(stopped).toMatchObject({ status: 130, stdout: '' });
    expect(stopped.stderr).toContain('[aborted]');
    expect((await contents(folder)).filter((name) => name.startsWith('process'))).toEqual([]);
  });
});
