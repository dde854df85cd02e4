import { type ProgressEvent, type Recipe, seededRandom } from '@lowbit/core';
import { modelBuilder } from '@lowbit/onnx/build';
import * as ort from 'onnxruntime-web';
import { expect, test } from 'vitest';
import { quantizeFolder } from '../src/index.js';
import { roughNoise } from '../src/rough-noise.js';
import { memoryFolder, type Files } from './memory-folder.js';
import { encoder, mergedDecoder } from './models.js';

async function written(files: Files, dtype: string, own: Partial<Recipe> = {}) {
  const { folder, writer, result } = memoryFolder(files);
  const told = await quantizeFolder(folder, { dtypes: [dtype], ort, recipe: () => own }, writer);
  const graph = told.written[0];
  return { graph, bytes: result.get(graph?.path ?? '') as Uint8Array };
}

type Memory = ReturnType<typeof memoryFolder>;

async function outputOf(bytes: Uint8Array, feeds: Record<string, ort.Tensor>): Promise<Float32Array> {
  const session = await ort.InferenceSession.create(bytes, { logSeverityLevel: 4 });
  const [output] = Object.values(await session.run(feeds));
  await session.release();
  return output?.data as Float32Array;
}

function decibels(expected: Float32Array, actual: Float32Array): number {
  const noise = expected.reduce((sum, value, at) => sum + (value - (actual[at] as number)) ** 2, 0);
  return 10 * Math.log10(expected.reduce((sum, value) => sum + value ** 2, 0) / noise);
}

const tokens = {
  input_ids: new ort.Tensor(
    'int64',
    BigInt64Array.from({ length: 12 }, (_, i) => BigInt(7 * i)),
    [1, 12],
  ),
};

/** Pictures, cut into patches of 8 by 8, of which a product, a Relu and another one are taken. */
async function patches(size: number | string): Promise<Uint8Array> {
  const random = seededRandom(9);
  const drawn = (count: number) => Float32Array.from({ length: count }, () => 0.2 * (2 * random() - 1));
  const model = modelBuilder({ opset: 17, name: 'model.onnx' });
  const picture = model.input('pixel_values', 'float32', ['batch', 3, size, size]);
  const kernel = model.constant('kernel', 'float32', [64, 3, 8, 8], drawn(64 * 192));
  const cut = model.node('Conv', [picture, kernel], {
    attributes: { kernel_shape: [8, 8], strides: [8, 8] },
  });
  // As many patches as a picture of 32 by 32 has.
  const rows = model.node('Reshape', [cut, model.constant('rows', 'int64', [3], [-1, 64, 16])]);
  const states = model.node('Transpose', [rows], { attributes: { perm: [0, 2, 1] } });
  const weight = (name: string) => model.constant(name, 'float32', [64, 64], drawn(64 * 64));
  const hidden = model.node('Relu', [model.node('MatMul', [states, weight('first')])]);
  model.output(model.node('MatMul', [hidden, weight('second')]), 'float32', ['pictures', 16, 64], 'states');
  return (await model.write({})).bytes;
}

test('codes of blocks are chosen by tokens that were made, in as many bytes and with less error', async () => {
  const graph = (await encoder()).bytes;
  const expected = await outputOf(graph, tokens);
  for (const [dtype, gain] of [
    ['q4', 1],
    ['q2', 1],
    ['q4f16', 1],
  ] as const) {
    const made = await written({ 'onnx/model.onnx': graph }, dtype);
    const plain = await written({ 'onnx/model.onnx': graph }, dtype, { rounding: 'nearest' });
    expect(made.graph?.madeInputs, dtype).toEqual(['input_ids']);
    expect(plain.graph?.madeInputs, dtype).toBeUndefined();
    // Nothing of them is said to be known of outputs.
    expect(made.graph?.report?.verdict?.by, dtype).toBe('weights');
    expect(Math.abs(made.bytes.length / plain.bytes.length - 1), dtype).toBeLessThan(0.01);
    const [kept, before] = [made, plain].map(async ({ bytes }) =>
      decibels(expected, await outputOf(bytes, tokens)),
    );
    expect((await kept) as number, dtype).toBeGreaterThan(((await before) as number) + gain);
  }
});

test('a graph is run on inputs that were made once for all dtypes', async () => {
  const graph = (await encoder()).bytes;
  const [several, alone] = [0, 1].map(() => memoryFolder({ 'onnx/model.onnx': graph })) as [Memory, Memory];
  const observed = async (one: Memory, dtypes: readonly string[]) => {
    let events = 0;
    const onProgress = ({ phase }: ProgressEvent) => (events += Number(phase === 'observe'));
    await quantizeFolder(one.folder, { dtypes, ort, onProgress }, one.writer);
    return events;
  };
  const all = await observed(several, ['q4', 'q4f16', 'q2']);
  expect(all).toBe(await observed(alone, ['q4']));
  expect(all).toBeGreaterThan(0);
  const q4 = 'onnx/model_q4.onnx';
  expect(several.result.get(q4)).toEqual(alone.result.get(q4));
});

test('pictures are as large as config.json says, and those that a graph does not run on are no loss', async () => {
  const graph = await patches('side');
  const of = (config: string) => written({ 'config.json': config, 'onnx/model.onnx': graph }, 'q4');
  expect((await of('{"vision_config":{"image_size":32}}')).graph?.madeInputs).toEqual(['pixel_values']);
  expect((await of('{"image_size":[32,32]}')).graph?.madeInputs).toEqual(['pixel_values']);
  expect((await of('{}')).graph?.madeInputs).toBeUndefined();
  const wrong = await of('{"image_size":44}');
  expect(wrong.graph?.madeInputs).toBeUndefined();
  const plain = await written({ 'onnx/model.onnx': graph }, 'q4', { rounding: 'nearest' });
  expect(wrong.bytes).toEqual(plain.bytes);
  const asked = { 'config.json': '{"image_size":44}', 'onnx/model.onnx': graph };
  const { folder, writer } = memoryFolder(asked);
  const recipe = (): Partial<Recipe> => ({ rounding: 'gptq' });
  const { refused } = await quantizeFolder(folder, { dtypes: ['q4'], ort, recipe }, writer);
  expect(refused[0]?.reason).toContain('runtime-failed');
});

test('other inputs are not made, and other dtypes do without', async () => {
  expect(
    (await written({ 'onnx/model.onnx': await mergedDecoder(true) }, 'q4')).graph?.madeInputs,
  ).toBeUndefined();
  expect(
    (await written({ 'onnx/model.onnx': (await encoder()).bytes }, 'q8')).graph?.madeInputs,
  ).toBeUndefined();
});

test('rough noise has mean 0 and variance 1, and what is near is alike', () => {
  const random = seededRandom(3);
  const [side, planes] = [32, 200];
  const noise = roughNoise([planes, side, side], random);
  const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
  const all = Array.from(noise);
  expect(Math.abs(mean(all))).toBeLessThan(0.1);
  expect(Math.abs(mean(all.map((value) => value ** 2)) - 1)).toBeLessThan(0.1);
  // Of 6 octaves all but one are the same for half of the neighbours, all but two for the others of a pair of pairs, …
  const beside = all.flatMap((value, at) => (at % side === 0 ? [] : [value * (noise[at - 1] as number)]));
  expect(mean(beside)).toBeGreaterThan(0.6);
  expect(roughNoise([5], random)).toHaveLength(5);
});
