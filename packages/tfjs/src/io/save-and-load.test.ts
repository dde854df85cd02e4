import {
  mkdir,
  mkdtemp,
  readdir,
  readFile,
  rename,
  rm,
  stat,
  symlink,
  truncate,
  writeFile,
} from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { quantize, train } from '@lowbit/core';
import * as tf from '@tensorflow/tfjs-core';
import * as tfLayers from '@tensorflow/tfjs-layers';
import { afterAll, beforeAll, expect, vi, type MockInstance } from 'vitest';
import { onEveryBackend } from '../../test/backends.js';
import { imageModel, sequenceModel, sharedModel, smallSequential } from '../../test/models.js';
import { grid, halves, ranks } from '../../test/quantizers.js';
import { load, planOf, save, tfjs } from '../index.js';
import { load as loadOnly } from '../load/index.js';
import { disposeWeights } from '../model/dispose-weights.js';
import { fileSystem, registerFileSystem } from '../node/index.js';

const valuesOf = (model: tfLayers.LayersModel) =>
  tf.tidy(() => model.getWeights().map((weight) => weight.dataSync<'float32'>().slice()));

let folder = '';
let count = 0;
const newFolder = () => join(folder, `model ${count++}`);
const fileBytes = async (path: string) => {
  const sizes = (await readdir(path)).map(async (name) => (await stat(join(path, name))).size);
  return (await Promise.all(sizes)).reduce((sum, size) => sum + size, 0);
};
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'lowbit-save-'));
  registerFileSystem();
  registerFileSystem();
});
afterAll(() => rm(folder, { recursive: true }));

const failure = (work: Promise<unknown>) =>
  work.then(
    () => new Error('nothing went wrong'),
    (error: unknown) => error as Error & { code?: string },
  );

onEveryBackend('saving and loading', (test) => {
  for (const make of [smallSequential, imageModel, sharedModel, sequenceModel])
    for (const quantizer of [grid, ranks, halves])
      test(`${make.name} packed by ${quantizer.name} has the same numbers again`, async () => {
        const model = make();
        const { model: small, report } = await quantize(tfjs(model), { weights: quantizer, bits: 3 });
        const target = newFolder();
        const saved = await save(small, `file://${target}`);
        const loaded = await load(`file://${target}/model.json`);
        expect(valuesOf(loaded)).toEqual(valuesOf(small));
        expect(planOf(loaded)).toEqual(report.plan);
        expect(saved.lowestSqnrDb).toBeNull();
        const packed = saved.weights.filter(({ form }) => form === 'packed 3-bit');
        expect(packed.length).toBe(report.weights.length);
        expect(packed.reduce((sum, { bytes }) => sum + bytes, 0)).toBe(report.sizes.stored);
        const again = await save(loaded, fileSystem(newFolder()));
        expect(again).toEqual(saved);
        const original = newFolder();
        await save(model, fileSystem(original));
        const [before, after] = [await fileBytes(original), await fileBytes(target)];
        expect(report.modelBytes).toEqual({ before, after });
        expect(saved.bytes).toBe(after);
        // What TensorFlow.js builds again may write its topology with other words of the same meaning.
        expect(Math.abs(saved.floatBytes - before)).toBeLessThan(20);
        expect(report.verdict!.smaller).toBe(after < before);
        for (const each of [model, small, loaded]) disposeWeights(each);
      });

  test('unmodified TensorFlow.js refuses packed weights with a message that names this package', async () => {
    const model = smallSequential();
    const { model: small } = await quantize(tfjs(model), { weights: grid, bits: 4 });
    const target = newFolder();
    await save(small, fileSystem(target));
    const variables = () => Object.values(tf.engine().state.registeredVariables);
    const before = new Set(variables());
    const error = await failure(tfLayers.loadLayersModel(fileSystem(target)));
    variables().forEach((variable) => before.has(variable) || variable.dispose());
    expect(error.message).toContain('@lowbit/tfjs');
    for (const each of [model, small]) disposeWeights(each);
  });

  test('plain form loads in unmodified TensorFlow.js, and its price is told', async () => {
    const model = imageModel();
    const { model: small } = await quantize(tfjs(model), { weights: grid, bits: 4 });
    const errors: (number | null)[] = [];
    for (const plain of ['float32', 'uint16', 'uint8'] as const) {
      const target = newFolder();
      const { lowestSqnrDb, bytes, weights } = await save(small, fileSystem(target), {
        format: 'plain',
        plain,
      });
      const loaded = await tfLayers.loadLayersModel(fileSystem(target));
      const [expected, received] = [valuesOf(small), valuesOf(loaded)];
      expected.forEach((list, i) => {
        const largest = list.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
        list.forEach((value, at) =>
          expect(Math.abs(received[i]![at]! - value)).toBeLessThan(0.01 * largest + 1e-9),
        );
      });
      expect(bytes).toBe(await fileBytes(target));
      expect(weights.every((each) => each.bytes < each.floatBytes)).toBe(false);
      expect(weights.some((each) => each.bytes < each.floatBytes)).toBe(plain !== 'float32');
      errors.push(lowestSqnrDb);
      disposeWeights(loaded);
    }
    expect(errors[0]).toBeNull();
    expect(errors[1]!).toBeGreaterThan(errors[2]!);
    expect(errors[2]!).toBeGreaterThan(30);
    for (const each of [model, small]) disposeWeights(each);
  });

  test('the rest in half precision', async () => {
    const model = imageModel();
    const target = newFolder();
    const { weights, bytes, floatBytes } = await save(model, fileSystem(target), { rest: 'float16' });
    expect(weights.every(({ form }) => form === 'float16')).toBe(true);
    const saved = weights.reduce((sum, each) => sum + each.floatBytes - each.bytes, 0);
    expect(weights.every((each) => each.bytes === each.floatBytes / 2)).toBe(true);
    // model.json names the form of each weight.
    expect(floatBytes - bytes).toBeGreaterThan(saved - 60 * weights.length);
    expect(floatBytes - bytes).toBeLessThan(saved);
    const loaded = await load(fileSystem(target));
    const reference = await tfLayers.loadLayersModel(fileSystem(target));
    expect(valuesOf(loaded)).toEqual(valuesOf(reference));
    for (const each of [model, loaded, reference]) disposeWeights(each);
  });

  test('a weight that was changed after quantization is stored as it is', async () => {
    const model = smallSequential();
    const { model: small } = await quantize(tfjs(model), { weights: grid, bits: 4 });
    tf.tidy(() => void small.getLayer('last').weights[0]!.write(tf.fill([15, 4], 0.25)));
    const target = newFolder();
    const { weights } = await save(small, fileSystem(target));
    expect(weights.find(({ name }) => name.startsWith('last/kernel'))).toMatchObject({
      form: 'float32',
      note: 'changed since it was quantized',
    });
    const loaded = await load(fileSystem(target));
    expect(valuesOf(loaded)).toEqual(valuesOf(small));
    for (const each of [model, small, loaded]) disposeWeights(each);
  });

  test('weights may stay packed in memory', async () => {
    const model = imageModel();
    const { model: small } = await quantize(tfjs(model), { weights: grid, bits: 2 });
    const target = newFolder();
    await save(small, fileSystem(target));
    const bytesOf = async (weights: 'float' | 'packed') => {
      const before = tf.memory().numBytes;
      const loaded = await loadOnly(fileSystem(target), { weights });
      const bytes = tf.memory().numBytes - before;
      const tensors = tf.memory().numTensors;
      const output = tf.tidy(() =>
        (loaded.predict(tf.ones([1, 8, 8, 3])) as tf.Tensor).dataSync<'float32'>().slice(),
      );
      expect(tf.memory().numTensors).toBe(tensors);
      for (const weight of loaded.weights) weight.dispose();
      return { bytes, output };
    };
    const [float, packed] = [await bytesOf('float'), await bytesOf('packed')];
    expect(packed.output).toEqual(float.output);
    expect(packed.bytes).toBeLessThan(0.2 * float.bytes);
    for (const each of [model, small]) disposeWeights(each);
  });

  test('packed weights are expanded once in a prediction, though recurrent layers read theirs at every step', async () => {
    const model = sequenceModel();
    const { model: small } = await quantize(tfjs(model), { weights: grid, bits: 4 });
    const target = newFolder();
    await save(small, fileSystem(target));
    const packed = await load(fileSystem(target), { weights: 'packed' });
    const input = tf.ones([1, ...model.inputs[0]!.shape.slice(1)].map((size) => size ?? 5));
    type Track = MockInstance<(tensor: tf.Tensor) => void>;
    const track = vi.spyOn(tf.engine(), 'trackTensor' as never) as unknown as Track;
    const output = packed.predict(input) as tf.Tensor;
    const shapes = track.mock.calls.map(([tensor]) => `${tensor.shape}`);
    track.mockRestore();
    const kernel = packed.weights.find(({ originalName }) => /lstm.*\/kernel/.test(originalName))!;
    expect(shapes.filter((shape) => shape === `${kernel.shape}`)).toHaveLength(2);
    const wanted = small.predict(input) as tf.Tensor;
    expect(output.dataSync()).toEqual(wanted.dataSync());
    tf.dispose([input, output, wanted]);
    for (const each of [model, small, packed]) disposeWeights(each);
  });

  test('a packed model is saved, quantized and read without leaving anything', async () => {
    const model = imageModel();
    const { model: small } = await quantize(tfjs(model), { weights: grid, bits: 3 });
    const [target, again] = [newFolder(), newFolder()];
    const saved = await save(small, fileSystem(target));
    const packed = await load(fileSystem(target), { weights: 'packed' });
    const before = tf.memory().numTensors;
    const { bytes, weights } = await save(packed, fileSystem(again));
    expect(bytes).toBe(saved.bytes);
    // Packed weights do not train, so TensorFlow.js lists them last.
    expect(weights).toHaveLength(saved.weights.length);
    expect(weights).toEqual(expect.arrayContaining([...saved.weights]));
    const eight = await failure(quantize(tfjs(packed), { weights: grid, bits: 8 }));
    expect(eight).toMatchObject({ code: 'nothing-to-quantize' });
    expect(tf.memory().numTensors).toBe(before);
    // What is read outside a tidy belongs to the variable, once, until it is disposed.
    const kernelOf = (each: tfLayers.LayersModel) => each.getLayer('conv').getWeights()[0]!;
    expect(kernelOf(packed)).toBe(kernelOf(packed));
    expect(kernelOf(packed).dataSync()).toEqual(kernelOf(small).dataSync());
    const run = train(tfjs(packed), { weights: grid, bits: 3 });
    const error = await failure(run[Symbol.asyncIterator]().next());
    expect(error).toMatchObject({
      code: 'invalid-argument',
      remedy: expect.stringContaining("'float'") as string,
    });
    for (const each of [model, small, packed]) disposeWeights(each);
  });

  test('two weights of one name are refused, since no file could tell them apart', async () => {
    const inner = (name: string) =>
      tfLayers.sequential({
        name,
        layers: [tfLayers.layers.dense({ name: 'same', units: 2, inputShape: [2] })],
      });
    const model = tfLayers.sequential({ layers: [inner('one'), inner('two')] });
    const target = newFolder();
    expect(await failure(save(model, fileSystem(target)))).toMatchObject({
      code: 'model-malformed',
      received: 'same/kernel',
    });
    expect(await failure(readdir(target))).toMatchObject({ code: 'ENOENT' });
    disposeWeights(model);
  });

  test('each group of a manifest has its own files, and links may not lead out', async () => {
    const model = smallSequential();
    const target = newFolder();
    await save(model, fileSystem(target));
    const [json, shard] = [join(target, 'model.json'), join(target, 'group1-shard1of1.bin')];
    const bytes = await readFile(shard);
    const whole = JSON.parse(await readFile(json, 'utf8')) as {
      weightsManifest: { paths: string[]; weights: unknown[] }[];
    };
    const [first, ...others] = whole.weightsManifest[0]!.weights;
    for (const cut of [2 * 2 * 3 * 4, 2 * 2 * 3 * 4 - 8]) {
      await writeFile(join(target, 'a.bin'), bytes.subarray(0, cut));
      await writeFile(join(target, 'b.bin'), bytes.subarray(cut));
      const weightsManifest = [
        { paths: ['a.bin'], weights: [first] },
        { paths: ['b.bin'], weights: others },
      ];
      await writeFile(json, JSON.stringify({ ...whole, weightsManifest }));
      const loading = load(fileSystem(target));
      if (cut === 48) disposeWeights(await loading);
      else expect(await failure(loading)).toMatchObject({ code: 'model-truncated' });
    }
    await writeFile(join(folder, 'secret.bin'), bytes);
    await rm(shard);
    await symlink(join(folder, 'secret.bin'), shard);
    await writeFile(json, JSON.stringify(whole));
    expect(await failure(load(fileSystem(target)))).toMatchObject({ code: 'external-data' });
    await rm(shard);
    await mkdir(shard);
    expect(await failure(load(fileSystem(target)))).toMatchObject({ code: 'file-unreadable' });
    disposeWeights(model);
  });

  test('damaged files are refused, and nothing half written is left', async () => {
    const model = smallSequential();
    const { model: small } = await quantize(tfjs(model), { weights: grid, bits: 4 });
    const target = newFolder();
    await save(small, fileSystem(target));
    const files = await readdir(target);
    expect(files.sort()).toEqual(['group1-shard1of1.bin', 'model.json']);
    const json = await readFile(join(target, 'model.json'), 'utf8');
    const shares: number[] = [];
    disposeWeights(await load(`file://${target}`, { onProgress: (share) => shares.push(share) }));
    expect(shares).toEqual([1]);
    await truncate(join(target, 'group1-shard1of1.bin'), 20);
    expect(await failure(load(fileSystem(target)))).toMatchObject({ code: 'model-truncated' });
    await writeFile(join(target, 'model.json'), json.slice(0, 100));
    expect(await failure(load(fileSystem(target)))).toMatchObject({ code: 'model-truncated' });
    await writeFile(join(target, 'model.json'), json.replace('group1-shard1of1.bin', '../secret.bin'));
    expect(await failure(load(fileSystem(target)))).toMatchObject({ code: 'external-data' });
    await rm(join(target, 'model.json'));
    expect(await failure(load(fileSystem(target)))).toMatchObject({ code: 'file-missing' });
    expect(await failure(load(`file://${target}x`))).toMatchObject({ code: 'file-missing' });
    expect(await failure(load('nowhere://x'))).toMatchObject({ code: 'file-missing' });
    expect(await failure(save(small, fileSystem(target), { format: 'zip' as never }))).toMatchObject({
      code: 'invalid-argument',
    });
    expect(await failure(load({ load: async () => undefined as never }))).toMatchObject({
      code: 'model-malformed',
    });
    const taken = newFolder();
    await mkdir(join(taken, 'model.json'), { recursive: true });
    expect(await failure(save(small, fileSystem(taken)))).toMatchObject({ code: 'file-unwritable' });
    expect(await readdir(taken)).toEqual(['model.json']);
    expect(await failure(save(small, 'nowhere://x'))).toMatchObject({ code: 'file-unwritable' });
    expect(await failure(save(small, fileSystem(join(target, 'group1-shard1of1.bin'))))).toMatchObject({
      code: 'file-unwritable',
    });
    for (const each of [model, small]) disposeWeights(each);
  });

  test('files whose names have spaces are found by what model.json and a file URL call them', async () => {
    const model = smallSequential();
    const target = newFolder();
    await save(model, fileSystem(target));
    const json = await readFile(join(target, 'model.json'), 'utf8');
    await writeFile(join(target, 'model.json'), json.replace('group1-shard1of1.bin', 'my%20weights.bin'));
    await rename(join(target, 'group1-shard1of1.bin'), join(target, 'my weights.bin'));
    expect(target).toContain(' ');
    const loaded = await load(String(pathToFileURL(join(target, 'model.json'))));
    expect(valuesOf(loaded)).toEqual(valuesOf(model));
    await rename(join(target, 'my weights.bin'), join(target, 'my%20weights.bin (1)'));
    expect(await failure(load(fileSystem(target)))).toMatchObject({
      code: 'file-missing',
      remedy: 'Rename my%20weights.bin (1) to my%20weights.bin, as model.json names it.',
    });
    for (const each of [model, loaded]) disposeWeights(each);
  });
});
