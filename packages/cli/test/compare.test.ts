import { copyFile, mkdir, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { seededRandom } from '@lowbit/core';
import { writeNpy } from '@lowbit/data/node';
import type { OutputComparison } from '@lowbit/report';
import type { CompareDocument } from '@lowbit/report/text';
import { beforeAll, describe, expect, it } from 'vitest';

import { castModel, shiftBytes } from './cast-model.js';
import { contents, lowbit, models, run, temporaryFolder, withoutRuntime } from './support.js';

async function compared(...argv: readonly string[]): Promise<CompareDocument> {
  const { status, stdout } = await run('compare', ...argv, '--json', '--rounds', '0');
  expect(status, stdout).toBe(0);
  return JSON.parse(stdout) as CompareDocument;
}

const outputOf = ({ outputs }: CompareDocument, name: string) =>
  outputs.find((output) => output.name === name) as OutputComparison;

let folder: string;
let cls: readonly [float: string, quantized: string];
let speech: readonly [float: string, quantized: string];
const inFolder = (name: string) => join(folder, name);
/** A picture among the files that the readers of data are tested with. */
const fixture = (name: string) => fileURLToPath(new URL(`../../data/fixtures/${name}`, import.meta.url));

beforeAll(async () => {
  folder = await temporaryFolder();
  cls = [models.classifier, inFolder('cls_q8.onnx')];
  speech = [models.speech, inFolder('speech_q8.onnx')];
  for (const [float, quantized] of [cls, speech]) {
    const { status, stderr } = await run('quantize', float, '-o', quantized, '--quiet');
    expect(status, stderr).toBe(0);
  }
});

describe('a classifier', () => {
  const small = ['--dim', 'x:2=48', '--dim', 'x:3=192'];

  it('on random inputs: sizes, error, agreement and times, and that random inputs tell little', async () => {
    const { status, stdout, stderr } = await run(
      'compare',
      ...cls,
      ...small,
      '--rounds',
      '3',
      '--limit',
      '3',
    );
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    expect(stdout).toMatch(/size +579 kB +246 kB +0\.425/);
    expect(stdout).toMatch(/median time +[\d.]+ ms +[\d.]+ ms +[\d.]+/);
    expect(stdout).toContain('3 batches');
    expect(stdout).toMatch(/softmax_0\.tmp_0 +6 +[\d.]+ dB +\S+ +\S+ +[\d.]+ % \(\d of 3\)/);
    expect(stdout).toContain('p2o.DynamicDimension.0=1');
    expect(stdout).toContain('Random inputs tell little');
  });

  it('is above 25 dB, and the same for the same seed', async () => {
    const argv = [...cls, ...small, '--limit', '2', '--seed', '5'];
    const found = await compared(...argv);
    // Eight bits per channel: about 48 dB on these inputs.
    expect(found.overall.sqnrDb).toBeGreaterThan(25);
    expect(found).toMatchObject({ batches: 2, time: null, inputs: { source: 'random', seed: 5 } });
    expect(await compared(...argv)).toEqual(found);
    const other = await compared(...argv.slice(0, -1), '6');
    expect(other.overall.sqnrDb).not.toBe(found.overall.sqnrDb);
  });

  it('is exactly itself', async () => {
    const { overall, sizeRatio } = await compared(cls[0], cls[0], ...small, '--limit', '1');
    expect(overall).toMatchObject({ exact: true, largestError: 0, meanError: 0 });
    expect(sizeRatio).toBe(1);
  });

  it('has the times of the rounds', async () => {
    const argv = ['compare', ...cls, ...small, '--limit', '1', '--rounds', '4', '--json'];
    const { time } = JSON.parse((await run(...argv)).stdout) as CompareDocument;
    expect(time?.rounds).toBe(4);
    for (const value of [time?.a, time?.b, time?.ratio]) expect(value).toBeGreaterThan(0);
  });

  it('on pictures: says how they were prepared, and how often both are right', async () => {
    const photos = inFolder('photos');
    await mkdir(photos);
    for (const name of ['rgb.png', 'grey.jpg', 'full-color.jpg'])
      await copyFile(fixture(name), join(photos, name));
    const accuracy = async (label: number) => {
      const labels = inFolder(`labels${label}.txt`);
      await writeFile(labels, `${label}\n`.repeat(3));
      const options = ['--image-size', '48x192', '--image-mean', '0.5', '--image-deviation', '0.5'];
      const found = await compared(...cls, '--calibrate', photos, ...options, '--labels', labels);
      expect(found.batches).toBe(3);
      expect(found.inputs).toMatchObject({ source: 'data', paths: [photos] });
      expect(JSON.stringify(found.inputs)).toContain('48×192');
      return outputOf(found, 'softmax_0.tmp_0').accuracy;
    };
    const [zero, one] = [await accuracy(0), await accuracy(1)];
    expect(zero?.rows).toBe(3);
    expect((zero?.a ?? 0) + (one?.a ?? 0)).toBeCloseTo(1, 12);
    expect((zero?.b ?? 0) + (one?.b ?? 0)).toBeCloseTo(1, 12);
  });
});

describe('a recurrent network', () => {
  let samples: readonly string[];
  beforeAll(async () => {
    const random = seededRandom(1);
    const wave = Float32Array.from(
      { length: 4 * 576 },
      (_, i) => 0.3 * Math.sin(i / 9) + 0.1 * (random() - 0.5),
    );
    await writeNpy(inFolder('input.npy'), [4, 576], wave);
    await writeNpy(inFolder('zeros.npy'), [2, 1, 128], new Float32Array(256));
    await writeNpy(inFolder('sr.npy'), [], BigInt64Array.of(16000n));
    samples = [inFolder('input.npy'), inFolder('sr.npy'), `state=${inFolder('zeros.npy')}`];
  });

  it('takes its state and its scalar beside the samples', async () => {
    const found = await compared(...speech, '--input', ...samples);
    expect(found.batches).toBe(4);
    expect(outputOf(found, 'output').values).toBe(4);
    // One probability a row, and three axes: neither has classes.
    expect(found.outputs.filter(({ top1 }) => top1 !== undefined)).toEqual([]);
    expect(outputOf(found, 'stateN').sqnrDb).toBeGreaterThan(20);
    expect(JSON.stringify(found.inputs)).toContain('The only value of the input sr is used for every batch.');
  });

  it('is compared with labels of its one probability a row, and told of labels that fit no output', async () => {
    await writeFile(inFolder('labels.txt'), '1\n'.repeat(4));
    const labelled = [...speech, '--input', ...samples, '--labels'];
    const { accuracy, labelError } = outputOf(await compared(...labelled, inFolder('labels.txt')), 'output');
    expect(accuracy).toBeUndefined();
    expect(labelError).toMatchObject({ values: 4 });
    expect(Math.abs(labelError!.a - labelError!.b)).toBeLessThan(0.1);
    await writeNpy(inFolder('labels.npy'), [4, 7], new Float32Array(28));
    const { status, stderr } = await run('compare', ...labelled, inFolder('labels.npy'));
    expect(status).toBe(1);
    expect(stderr).toContain('[calibration-invalid]; expected labels of the shape of an output');
  });

  it('fails typed, silent and with the name of its file on inputs that it cannot take', async () => {
    const failed = await run('compare', ...speech);
    expect(failed.status).toBe(1);
    expect(failed.stdout).toBe('');
    expect(failed.stderr).toContain(`${models.speech}: the runtime failed [runtime-failed]`);
    expect(failed.stderr).not.toContain('\uFFFD');
    expect(failed.stderr).toContain('--dim');
  });
});

describe('types and places', () => {
  let data: string;
  beforeAll(async () => {
    data = inFolder('data.jsonl');
    await writeFile(
      data,
      '{"wide":[[4294967296,-1]],"narrow":[[7,-7]],"flag":[[true,false]],"half":[[0.5,-2]]}\n',
    );
    await writeFile(inFolder('plain.onnx'), castModel());
    await writeFile(inFolder('shifted.onnx'), castModel({ shift: 0.25 }));
  });

  it('of int64, int32, bool and float16 reach the runtime and come back', async () => {
    const found = await compared(inFolder('plain.onnx'), inFolder('shifted.onnx'), '--input', data);
    for (const name of ['wide_out', 'narrow_out', 'flag_out']) {
      expect(outputOf(found, name)).toMatchObject({ exact: true, values: 2 });
    }
    // By hand: signal 0.5² + 2² = 4.25, noise 2 · 0.25² = 0.125.
    const half = outputOf(found, 'half_out');
    expect(half).toMatchObject({ type: 'float16', largestError: 0.25, meanError: 0.25 });
    expect(half.sqnrDb).toBeCloseTo(10 * Math.log10(4.25 / 0.125), 12);
  });

  it('an input that has a value already is not asked for', async () => {
    await writeFile(inFolder('old.onnx'), castModel({ shift: 0.25, place: 'input' }));
    const { overall } = await compared(inFolder('old.onnx'), inFolder('shifted.onnx'), '--input', data);
    expect(overall.exact).toBe(true);
  });

  it('data in another file is read, counted, and never outside the folder', async () => {
    const place = { file: 'shift.bin' };
    const bytes = castModel({ place });
    await writeFile(inFolder('external.onnx'), bytes);
    await writeFile(inFolder('shift.bin'), shiftBytes(0.25));
    const found = await compared(inFolder('external.onnx'), inFolder('shifted.onnx'), '--limit', '2');
    expect(found.overall.exact).toBe(true);
    expect(found.a.bytes).toBe(bytes.length + 4);

    await mkdir(inFolder('linked'));
    await writeFile(inFolder('linked/external.onnx'), bytes);
    await symlink('../shift.bin', inFolder('linked/shift.bin'));
    const failed = await run('compare', inFolder('linked/external.onnx'), inFolder('shifted.onnx'));
    expect(failed.status).toBe(1);
    expect(failed.stderr).toContain('[external-data]');
  });
});

describe('wrong usage', () => {
  it.each([
    [['--image-size', '48x192'], 2, '--image-size'],
    [['--labels', 'labels.txt'], 2, '--labels'],
    [['--dim', 'x'], 2, 'batch=1'],
    [['--dim', 'nothing=1'], 2, '--dim'],
    [['--rounds', '-1'], 2, '--rounds'],
    [['--seed', '1', '--input', 'x.npy'], 2, '--seed'],
    [['--dim', 'a=1', '--calibrate', 'x'], 2, '--dim'],
    [['--input', 'missing.npy'], 1, '[file-missing]'],
  ])('%j', async (options, status, text) => {
    const failed = await run('compare', ...cls, ...options);
    expect(failed).toMatchObject({ status, stdout: '' });
    expect(failed.stderr).toContain(text);
  });

  it('of two models that differ tells every difference', async () => {
    const { status, stderr } = await run('compare', cls[0], speech[0]);
    expect(status).toBe(1);
    expect(stderr.match(/\[invalid-argument\]/g)).toHaveLength(7);
  });
});

describe('the real process', () => {
  it('prints one JSON document and nothing else, and writes nothing', async () => {
    const before = await contents(folder);
    const argv = [inFolder('plain.onnx'), inFolder('shifted.onnx'), '--rounds', '2', '--json'];
    const { status, stdout, stderr } = await lowbit(['compare', ...argv]);
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    expect(JSON.parse(stdout)).toMatchObject({ time: { rounds: 2 } });
    expect(await contents(folder)).toEqual(before);
  });

  it('says what to install when there is no runtime', async () => {
    const { status, stderr } = await lowbit(['compare', ...cls], { env: withoutRuntime });
    expect(status).toBe(1);
    expect(stderr).toContain('[runtime-missing]');
    expect(stderr).toContain('npm install onnxruntime-web');
  });

  it('stops between two runs at Ctrl-C', async () => {
    const NODE_OPTIONS = '--import=data:text/javascript,process.stderr.isTTY=true';
    const argv = ['compare', inFolder('plain.onnx'), inFolder('shifted.onnx'), '--rounds', '1000000'];
    const { status, stdout, stderr } = await lowbit(argv, { env: { NODE_OPTIONS }, interruptAt: 'timing' });
    expect({ status, stdout }).toEqual({ status: 130, stdout: '' });
    expect(stderr).toContain('comparing');
    expect(stderr).toContain('[aborted]');
  });
});

describe('data that do not fit the model are wrong usage, with what fits', () => {
  const bytes = ['--image-mean', '123.675,116.28,103.53', '--image-deviation', '58.395,57.12,57.375'];
  it.each([
    ['an input that the model does not have', ['--input', 'imput=x.npy'], 'Did you mean input?'],
    ['another', ['--calibrate', 'nothing=x.npy'], 'Write input=PATH.'],
    [
      'a mean and deviation for pixels of 0 to 255',
      ['--calibrate', fixture('rgb.png'), ...bytes],
      'Write --image-mean 0.485,0.456,0.406 --image-deviation 0.229,0.224,0.225.',
    ],
    ['pictures without a size', ['--calibrate', fixture('rgb.png')], 'Give --image-size, height and width'],
  ])('%s', async (_, argv, remedy) => {
    const { status, stderr } = await run(
      'compare',
      ...(argv.includes(fixture('rgb.png')) ? cls : speech),
      ...argv,
    );
    expect(stderr).toContain(remedy);
    expect(status).toBe(2);
  });
});
