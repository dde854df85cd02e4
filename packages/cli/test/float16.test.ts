import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { beforeAll, expect, it } from 'vitest';

import type { QuantizeDocument } from '../src/commands/quantize-document.js';
import { letterPage } from './letter-page.js';
import { models, run, temporaryFolder } from './support.js';
import { tinyModel } from './tiny-model.js';

let folder: string;
const inFolder = (name: string) => join(folder, name);

beforeAll(async () => {
  folder = await temporaryFolder();
  await mkdir(inFolder('photos'));
  for (let i = 0; i < 5; i++) await writeFile(inFolder(`photos/${i}.png`), letterPage(10 * i, 48, 192));
  await writeFile(inFolder('model.onnx'), tinyModel());
});

/** A product whose results are squared and taken by another one. */
const squares = [
  { opType: 'MatMul', input: ['x', 'w'], output: ['t'] },
  { opType: 'Mul', input: ['t', 't'], output: ['squares'] },
  { opType: 'MatMul', input: ['squares', 'w'], output: ['y'] },
];

async function told(...argv: readonly string[]): Promise<QuantizeDocument> {
  const { status, stdout } = await run('quantize', ...argv, '--json', '--force');
  expect(status, stdout).toBe(0);
  return JSON.parse(stdout) as QuantizeDocument;
}

it('alone halves the model, and tells by data what its outputs keep', async () => {
  const data = ['--calibrate', inFolder('photos'), '--image-size', '48x192'];
  const { report } = await told(models.classifier, '--float16', ...data, '-o', inFolder('half.onnx'));
  expect(report.weights).toEqual([]);
  expect(report.float16?.nodes).toBeGreaterThan(50);
  expect(report.modelBytes.after / report.modelBytes.before).toBeLessThan(0.53);
  expect(report.verdict).toMatchObject({ by: 'outputs', grade: 'probably-usable' });
  expect(report.verdict?.sqnrDb).toBeGreaterThan(40);
});

it('by data leaves less of it float32, and tells how close values come to the range', async () => {
  const model = inFolder('squares.onnx');
  await writeFile(model, tinyModel({ nodes: squares, value: (at) => 0.1 * Math.sin(at * at * 0.37) }));
  await writeFile(inFolder('x.jsonl'), JSON.stringify({ x: Array.from({ length: 64 }, (_, at) => at / 64) }));
  const operators = ({ report }: QuantizeDocument) => report.float16?.kept.map(({ operator }) => operator);
  expect(operators(await told(model, '--float16'))).toEqual(['Mul', 'MatMul']);
  const { report } = await told(model, '--float16', '--calibrate', inFolder('x.jsonl'));
  expect(report.float16).toMatchObject({ kept: [{ operator: 'Mul' }], measured: { limit: 16376 } });
  const { stdout } = await run('quantize', model, '--float16', '--calibrate', inFolder('x.jsonl'), '--force');
  expect(stdout).toMatch(/largest on the data, of 16376 that float16 is taken up to: \d/);
});

it('beside a recipe quantizes too; names tell both', async () => {
  const model = inFolder('model.onnx');
  const four = ['--bits', '4', '--granularity', 'group:32', '--optimize', 'memory'];
  expect((await told(model, '--float16')).output).toBe(inFolder('model_fp16.onnx'));
  const { output, report } = await told(model, '--float16', ...four);
  expect(output).toBe(inFolder('model_q4f16.onnx'));
  expect(report.weights.map(({ form }) => form)).toEqual(['MatMulNBits']);
  expect((await told(model, '--float16', '--weights', 'mse')).output).toBe(inFolder('model_q8f16.onnx'));
});

it('a model that is float16 already gains nothing', async () => {
  await told(inFolder('model.onnx'), '--float16');
  const { status, stderr } = await run('quantize', inFolder('model_fp16.onnx'), '--float16');
  expect(status).toBe(1);
  expect(stderr).toContain('nothing-gained');
});

it('a plan of it is applied again', async () => {
  const { report } = await told(inFolder('model.onnx'), '--float16');
  await writeFile(inFolder('plan.json'), JSON.stringify(report.plan));
  const again = await told(inFolder('model.onnx'), '--float16', '--plan', inFolder('plan.json'));
  expect(again.report).toEqual(report);
});

it('names nodes that stay float32; what fits none, and other kinds of models, are wrong', async () => {
  const { report } = await told(
    inFolder('model.onnx'),
    '--float16',
    '--keep-float32',
    'multi*',
    '--allow-larger',
  );
  expect(report.float16).toMatchObject({ nodes: 0, kept: [{ operator: 'MatMul', reason: 'asked for' }] });
  const { status, stderr } = await run(
    'quantize',
    inFolder('model.onnx'),
    '--float16',
    '--keep-float32',
    'multiplx',
    '--force',
  );
  expect([status, stderr]).toEqual([2, expect.stringContaining('Did you mean multiply?') as string]);
});

it('nodes that stay float32 are named beside float16 alone', async () => {
  for (const command of ['quantize', 'plan']) {
    const { status, stderr } = await run(command, inFolder('model.onnx'), '--keep-float32', 'multi*');
    expect([status, stderr]).toEqual([2, expect.stringContaining('Give --float16 too') as string]);
  }
});

it('makes inputs and outputs float16 too where that is asked for', async () => {
  const { report } = await told(inFolder('model.onnx'), '--float16-interface', '--allow-larger');
  expect(report.float16).toMatchObject({ nodes: 1 });
  const { inputs, outputs } = JSON.parse(
    (await run('inspect', inFolder('model_fp16.onnx'), '--json')).stdout,
  ) as Record<'inputs' | 'outputs', readonly { type: string }[]>;
  expect([...inputs, ...outputs].map(({ type }) => type)).toEqual(['FLOAT16', 'FLOAT16']);
});
