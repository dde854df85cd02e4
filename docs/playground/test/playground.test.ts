import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { decibels, measureError, quantize as quantizeInNode, type Batch } from '@lowbit/core';
import { registry } from '@lowbit/methods';
import { interfaceOf, onnx, readModel } from '@lowbit/onnx';
import { keras as kerasPort } from '@lowbit/keras';
import { load, planOf, save, tfjs, toLayersModel } from '@lowbit/tfjs';
import { loadGraph } from '@lowbit/tfjs/graph';
import { fileSystem } from '@lowbit/tfjs/node';
import { quantizeFolder } from '@lowbit/transformers';
import * as tf from '@tensorflow/tfjs-core';
import { loadLayersModel, type LayersModel } from '@tensorflow/tfjs-layers';
import { unzipSync } from 'fflate';
import * as ort from 'onnxruntime-web/wasm';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { detector, wordPicture } from './detector.js';
import { kerasCase, kerasFiles } from './keras-case.js';
import { executablePath, openPage, type OpenedPage } from './open-page.js';
import {
  compareOutputs,
  download,
  downloadedReport,
  drop,
  quantize,
  shownSize,
  type DroppedFile,
} from './page-steps.js';
import { overridableOnnx, smallGraph, smallOnnx, smallTfjs, splitOnnx, tokensOnnx } from './small-models.js';

ort.env.wasm.numThreads = 1;

/** Signal to noise of a model's outputs against another's, in decibels. */
function signalToNoise(original: ArrayLike<number>, other: ArrayLike<number>): number {
  let [signal, noise] = [0, 0];
  for (let i = 0; i < original.length; i++) {
    signal += original[i]! ** 2;
    noise += (original[i]! - other[i]!) ** 2;
  }
  if (signal === 0) throw new Error('The outputs are all 0, which says nothing.');
  return decibels(signal, noise) ?? Infinity;
}

async function runOnnx(bytes: Uint8Array, batch: Batch): Promise<Float32Array> {
  for await (const outputs of onnx(bytes, { ort }).run!([batch])) return Object.values(outputs)[0]!.data;
  throw new Error('The model has no output.');
}

/** Takes the metadata out of a model.json, in which lowbit tells what it quantized. */
function dropRecord(path: string): void {
  const document = JSON.parse(readFileSync(path, 'utf8')) as { userDefinedMetadata?: unknown };
  delete document.userDefinedMetadata;
  writeFileSync(path, JSON.stringify(document));
}

function unzipInto(folder: string, zip: Uint8Array): void {
  for (const [path, data] of Object.entries(unzipSync(zip))) writeFileSync(join(folder, path), data);
}

async function* eachOf(batches: readonly Batch[]): AsyncIterable<Batch> {
  for (const batch of batches) yield await Promise.resolve(batch);
}

const waves = (shape: readonly number[]) => ({
  shape,
  data: Float32Array.from({ length: shape.reduce((a, b) => a * b) }, (_, i) => Math.sin(i * 0.37)),
});

describe.skipIf(!existsSync(executablePath))('the playground in Chromium', () => {
  const folder = mkdtempSync(join(tmpdir(), 'lowbit-playground-models-'));
  let opened: OpenedPage;
  let tfjsModel: LayersModel;
  let tfjsFiles: readonly DroppedFile[];

  const modelFiles = () =>
    ['model.json', 'group1-shard1of1.bin'].map((name) => ({
      name,
      bytes: new Uint8Array(readFileSync(join(folder, name))),
    }));

  beforeAll(async () => {
    await tf.setBackend('cpu');
    tfjsModel = smallTfjs();
    await tfjsModel.save(fileSystem(folder));
    tfjsFiles = modelFiles();
    opened = await openPage();
  });

  afterAll(async () => {
    await opened?.close();
    rmSync(folder, { recursive: true, force: true });
  });

  it('quantizes a dropped ONNX file as Node does, shows its sizes, compares and downloads it', async () => {
    const { page } = opened;
    await drop(page, [{ name: 'small.onnx', bytes: smallOnnx() }]);
    await page.waitForSelector('#settings:not([hidden])');
    expect(await page.innerText('#model .content')).toContain('x: float32 [2, 64]');
    await quantize(page, { method: 'min-max', bits: 4, granularity: 'group:32', ends: 'same' });

    const report = await downloadedReport(page);
    const { name, bytes } = await download(page, '#download button[type=submit]');
    expect(name).toBe('small_q4.onnx');
    const expected = await quantizeInNode(onnx(smallOnnx(), { name: 'small.onnx' }), {
      registry,
      weights: 'min-max',
      bits: 4,
      granularity: 'group:32',
    });
    expect(bytes).toEqual(expected.model.bytes);
    expect(report.sizes).toEqual(expected.report.sizes);
    for (const size of ['nominal', 'stored', 'memory'] as const) {
      expect((await shownSize(page, size)).bytes).toBe(report.sizes[size]);
    }
    expect((await shownSize(page, 'after')).bytes).toBe(bytes.length);
    expect((await shownSize(page, 'nominal')).text).toBe('8.16 kB');

    // Four bits in groups of 32 leave about 20 dB a weight.
    const batch: Batch = { inputs: { x: waves([2, 64]) } };
    const snr = signalToNoise(await runOnnx(smallOnnx(), batch), await runOnnx(bytes, batch));
    expect(snr).toBeGreaterThan(15);

    const [output, shown, , , top] = await compareOutputs(page);
    expect(output).toBe('scores');
    expect(Math.abs(parseFloat(shown!) - snr)).toBeLessThan(6);
    expect(top).toMatch(/^[0-8] of 8, /);
  });

  it('calibrates an ONNX file, and a folder for transformers.js, by JSON lines beside them, as Node does', async () => {
    const { page } = opened;
    const bytes = await tokensOnnx();
    const tokens = Array.from({ length: 6 }, (_, line) => [...Array(5).keys()].map((at) => 7 * line + at));
    const text = tokens.map((ids) => JSON.stringify({ input_ids: ids })).join('\n');
    const lines = { name: 'tokens.jsonl', bytes: new TextEncoder().encode(text) };
    const data: Batch[] = tokens.map((ids) => ({
      inputs: { input_ids: { shape: [1, 5], data: Float32Array.from(ids) } },
    }));

    await drop(page, [{ name: 'tokens.onnx', bytes }, lines]);
    await page.locator('#model dd', { hasText: 'tokens.onnx' }).first().waitFor();
    await quantize(page, { method: 'min-max', bits: 4, granularity: 'group:32', ends: 'same' });
    const report = await downloadedReport(page);
    expect(report.verdict?.by).toBe('outputs');
    const inPage = await download(page, '#download button[type=submit]');
    const recipe = { registry, weights: 'min-max', bits: 4, granularity: 'group:32', data } as const;
    const inNode = await quantizeInNode(onnx(bytes, { name: 'tokens.onnx', ort }), recipe);
    expect(inPage.bytes).toEqual(inNode.model.bytes);

    const config = { name: 'config.json', bytes: new TextEncoder().encode('{}') };
    await drop(page, [config, { name: 'model.onnx', bytes }, lines], '#folder-drop');
    await page.locator('#folder-told', { hasText: 'calibrated by tokens.jsonl' }).waitFor();
    const zip = unzipSync((await download(page, '#transformers button[type=submit]')).bytes);
    const written = new Map<string, Uint8Array>();
    const folder = {
      paths: ['config.json', 'model.onnx'],
      read: async (path: string) => (path === 'config.json' ? config.bytes : bytes),
    };
    await quantizeFolder(
      { ...folder, beside: () => () => new Uint8Array() },
      { dtypes: ['q8', 'q4'], ort, data: { names: ['input_ids'], read: () => eachOf(data) } },
      {
        write: async (path, one) => void written.set(`model_transformers/${path}`, one),
        copy: async () => undefined,
        remove: async () => undefined,
      },
    );
    expect(Object.keys(zip).sort()).toEqual([...written.keys()].sort());
    for (const [path, one] of written) expect(zip[path], path).toEqual(one);
    expect(await page.innerText('#transformers .content')).toContain('signal to noise on 6 samples');
  });

  it('lets what is not quantized compute in float16, and tells what does not and why', async () => {
    const { page } = opened;
    await drop(page, [{ name: 'small.onnx', bytes: smallOnnx() }]);
    await page.locator('#model dd', { hasText: 'small.onnx' }).first().waitFor();
    await page.check('#float16');
    await quantize(page, { method: 'min-max', bits: 4, ends: 'float', granularity: 'channel' });
    expect((await downloadedReport(page)).float16?.nodes).toBeGreaterThan(0);
    expect(await page.innerText('#result .float16')).toMatch(/^\d+ nodes? computes? in float16/);
    await page.uncheck('#float16');
  });

  it('quantizes weights that are inputs too when these become constants, and offers that for such files alone', async () => {
    const { page } = opened;
    const field = page.locator('#freeze-inputs-field');
    await drop(page, [{ name: 'small.onnx', bytes: smallOnnx() }]);
    await page.locator('#model dd', { hasText: 'small.onnx' }).first().waitFor();
    expect(await field.isVisible()).toBe(false);
    await drop(page, [{ name: 'overridable.onnx', bytes: overridableOnnx() }]);
    await page.locator('#model dd', { hasText: 'overridable.onnx' }).first().waitFor();
    expect(await page.innerText('#model .content')).toContain('0 weights');
    await page.check('#freeze-inputs');
    await quantize(page, { method: 'min-max', bits: 8, granularity: 'channel', ends: 'same' });
    const report = await downloadedReport(page);
    expect(report.weights.map(({ id }) => id)).toEqual(['first', 'middle', 'last']);
    const { bytes } = await download(page, '#download button[type=submit]');
    expect(interfaceOf(readModel(bytes, 'q')).inputs.map(({ name }) => name)).toEqual(['x']);
    expect(await page.innerText('#result .verdict')).toContain(
      'untested: the quantized weights together keep',
    );
  });

  it('sorts the weights of the text detector, and shows the histogram of the chosen one', async () => {
    const { page } = opened;
    await drop(page, [{ name: 'detector.onnx', bytes: detector }]);
    await page.locator('#model dd', { hasText: 'detector' }).first().waitFor();
    await quantize(page, { method: 'min-max', bits: 6, ends: '8', granularity: 'channel' });

    const report = await downloadedReport(page);
    expect(await page.locator('.weights tbody tr').count()).toBe(report.weights.length);
    expect(report.weights.at(0)!.bits).toBe(8);
    expect(report.weights.at(-1)!.bits).toBe(8);
    await page.click('.weights thead button:text("SQNR")');
    const lowest = report.weights.reduce((a, b) => (b.error!.sqnrDb! < a.error!.sqnrDb! ? b : a));
    const first = page.locator('.weights tbody tr').first();
    expect(await first.locator('th').innerText()).toBe(lowest.id);
    expect(await page.getAttribute('.weights thead th[aria-sort]', 'aria-sort')).toBe('ascending');
    await first.locator('button').focus();
    await page.keyboard.press('Enter');
    expect(await page.innerText('.histogram figcaption')).toContain(lowest.id);
    expect(await page.locator('.histogram path.counts').getAttribute('d')).toMatch(/^M/);

    const { bytes } = await download(page, '#download button[type=submit]');
    expect(bytes.length).toBe(report.modelBytes.after);
    expect(bytes.length).toBeLessThan(detector.length / 4);
    const batch: Batch = { inputs: { x: wordPicture() } };
    // Measured on one small picture: 15 dB, and 26 with levels whose weights are as far off.
    expect(signalToNoise(await runOnnx(detector, batch), await runOnnx(bytes, batch))).toBeGreaterThan(10);
  });

  it('cancels', async () => {
    const { page } = opened;
    await page.selectOption('#method', 'slq');
    await page.check('#bits-8');
    // In one step, since work that is done before the second click leaves nothing to cancel.
    await page.evaluate(() => {
      for (const button of ['button[type=submit]', '.work button'])
        document.querySelector<HTMLElement>(`#settings ${button}`)!.click();
    });
    const problem = page.locator('#settings [data-code=aborted]');
    await problem.waitFor();
    expect(await problem.innerText()).toContain('the work was cancelled');
    expect(await page.isVisible('#result')).toBe(false);
    await quantize(page, { method: 'absmax', bits: 8 });
    expect((await downloadedReport(page)).weights[1]!.quantizer).toBe('absmax');
  });

  it('quantizes a dropped TensorFlow.js model, and gives it back packed and plain', async () => {
    const { page } = opened;
    await drop(page, tfjsFiles);
    await page.locator('#model dd', { hasText: 'model.json' }).first().waitFor();
    await quantize(page, { method: 'mse', bits: 6, ends: 'same', granularity: 'channel' });
    const report = await downloadedReport(page);
    expect(report.port).toBe('tfjs');
    expect((await shownSize(page, 'stored')).bytes).toBe(report.sizes.stored);

    const input = tf.tensor(waves([3, 12, 12, 3]).data, [3, 12, 12, 3]);
    const expected = (tfjsModel.predict(input) as tf.Tensor).dataSync();
    for (const [form, open] of [
      ['packed', load],
      ['plain', loadLayersModel],
    ] as const) {
      await page.selectOption('#form', form);
      const { name, bytes } = await download(page, '#download button[type=submit]');
      expect(name).toBe(`model_${form}.zip`);
      unzipInto(folder, bytes);
      const model = await open(fileSystem(folder));
      expect(planOf(model)).toEqual(report.plan);
      // Six bits a weight leave about 30 dB, the plain form's eight bits a tensor a little less.
      expect(signalToNoise(expected, (model.predict(input) as tf.Tensor).dataSync())).toBeGreaterThan(20);
    }

    const [output, shown] = await compareOutputs(page);
    expect(output).toBe('classes');
    expect(parseFloat(shown!)).toBeGreaterThan(20);
  });

  it('tells the sizes of files: those that were dropped, and those of the download', async () => {
    const { page } = opened;
    // A file of 8 bits a weight, as a converter's: without a record of who made it. 8 bits a channel leave it about as large.
    const { model: small } = await quantizeInNode(tfjs(tfjsModel, { format: 'plain' }), { registry });
    await save(small, fileSystem(folder));
    dropRecord(join(folder, 'model.json'));
    const dropped = modelFiles();
    await drop(page, dropped);
    await page.locator('#model dd', { hasText: 'model.json' }).first().waitFor();
    await quantize(page, { method: 'min-max', bits: 8, ends: 'same' });
    const { modelBytes } = await downloadedReport(page);
    const bytesOf = (files: readonly { bytes: Uint8Array }[]) =>
      files.reduce((sum, { bytes }) => sum + bytes.length, 0);
    expect(modelBytes.before).toBe(bytesOf(dropped));
    await page.selectOption('#form', 'packed');
    const { bytes } = await download(page, '#download button[type=submit]');
    const saved = Object.values(unzipSync(bytes)).map((each) => ({ bytes: each }));
    expect(modelBytes.after).toBe(bytesOf(saved));
    expect((await shownSize(page, 'after')).bytes).toBe(modelBytes.after);
    expect(modelBytes.after).toBeGreaterThan(0.7 * modelBytes.before);
    const gist = await page.innerText('#result .gist');
    expect(Number(/([\d.]+) times smaller/.exec(gist)?.[1] ?? 1)).toBeCloseTo(
      Math.max(1, modelBytes.before / modelBytes.after),
      1,
    );
  });

  it('shows no result beside settings that it was not made with', async () => {
    const { page } = opened;
    await drop(page, tfjsFiles);
    for (const change of [
      () => page.selectOption('#method', 'absmax'),
      () => page.check('#bits-4'),
      () => page.selectOption('#granularity', 'tensor'),
      () => page.selectOption('#format', 'plain'),
    ]) {
      await quantize(page, { method: 'min-max', bits: 6, granularity: '', format: 'packed' });
      await compareOutputs(page);
      await page.fill('#seed', '5');
      expect(await page.locator('.outputs').count()).toBe(0);
      await change();
      for (const part of ['#result', '#compare', '#download']) expect(await page.isVisible(part)).toBe(false);
    }
  });

  it('plans a plain file, which unmodified TensorFlow.js loads as it was reported', async () => {
    const { page } = opened;
    await drop(page, tfjsFiles);
    await quantize(page, { method: 'min-max', bits: 6, granularity: '', format: 'plain' });
    const report = await downloadedReport(page);
    expect(report.weights.map(({ form }) => form)).toEqual(['uint8', 'uint8', 'uint8']);
    expect(await page.isVisible('#form')).toBe(false);
    const { name, bytes } = await download(page, '#download button[type=submit]');
    expect(name).toBe('model_plain.zip');
    expect(await page.innerText('#download .files')).toContain('nothing is lost');
    unzipInto(folder, bytes);
    const loaded = await loadLayersModel(fileSystem(folder));
    for (const { layer, error } of report.weights) {
      const [before, after] = [tfjsModel, loaded].map((model) =>
        model.getLayer(layer).getWeights()[0]!.dataSync<'float32'>(),
      );
      expect(error).toEqual(measureError(before!, after!));
    }
    await page.selectOption('#format', 'packed');
  });

  it('compares on a dropped picture', async () => {
    const { page } = opened;
    await quantize(page, { method: 'mse', bits: 6 });
    const picture = await page.locator('#model').screenshot();
    await page.selectOption('#source', 'picture');
    await page.setInputFiles('#picture', { name: 'picture.png', mimeType: 'image/png', buffer: picture });
    const [, shown, , , top] = await compareOutputs(page);
    expect(parseFloat(shown!)).toBeGreaterThan(10);
    expect(top).toMatch(/ of 1, /);
  });

  it('quantizes a dropped graph model of TensorFlow.js', async () => {
    const { page } = opened;
    await fileSystem(folder).save(smallGraph());
    await drop(page, modelFiles());
    await page.locator('#model dd', { hasText: 'graph model' }).waitFor();
    await quantize(page, { method: 'mse', bits: 6 });
    await page.selectOption('#form', 'packed');
    unzipInto(folder, (await download(page, '#download button[type=submit]')).bytes);
    const input = tf.tensor(waves([4, 48]).data, [4, 48]);
    const [before, after] = [await loadGraph(smallGraph()), await loadGraph(fileSystem(folder))];
    const [expected, given] = [before, after].map((model) => (model.predict(input) as tf.Tensor).dataSync());
    expect(signalToNoise(expected!, given!)).toBeGreaterThan(20);
    const [output, shown] = await compareOutputs(page);
    expect(output).toBe('classes');
    expect(parseFloat(shown!)).toBeGreaterThan(20);
  });

  it('quantizes a dropped file of Keras, which predicts as in Node', async () => {
    const { page } = opened;
    const keras = await kerasCase('keras3.zip', 'conv2d');
    await drop(page, [{ name: 'net.keras', bytes: keras.file }]);
    await page
      .locator('#model dd', { hasText: /^net\.keras \(\d.*\), Keras 3/ })
      .or(page.locator('#model .problem'))
      .waitFor();
    // Its worker reads the file, which otherwise is noted.
    expect(await page.locator('#model').innerText()).not.toContain('without a worker');
    await quantize(page, { method: 'mse', bits: 6, ends: 'same', format: 'packed' });
    unzipInto(folder, (await download(page, '#download button[type=submit]')).bytes);
    const inBrowser = await load(fileSystem(folder));
    const { model } = await quantizeInNode(kerasPort(keras.file), {
      registry,
      weights: 'mse',
      bits: 6,
      granularity: 'channel',
    });
    const inNode = await toLayersModel(model);
    const input = tf.tensor(waves([3, ...keras.shape]).data, [3, ...keras.shape]);
    const [given, expected] = [inBrowser, inNode].map((each) => [
      ...(each.predict(input) as tf.Tensor).dataSync(),
    ]);
    expect(given).toEqual(expected);
    const [, shown] = await compareOutputs(page);
    expect(parseFloat(shown!)).toBeGreaterThan(20);

    await drop(page, [
      { name: 'net.weights.h5', bytes: keras.weights },
      { name: 'net.json', bytes: keras.topology },
    ]);
    await page
      .locator('#model dd', { hasText: 'net.weights.h5' })
      .or(page.locator('#model .problem'))
      .waitFor();
    expect(await page.locator('#model').innerText()).not.toContain('without a worker');
    // One part alone asks for the other, in words of the page.
    for (const part of [
      { name: 'net.weights.h5', bytes: keras.weights },
      { name: 'net.json', bytes: keras.topology },
    ]) {
      await drop(page, [part]);
      await page.locator('#model .problem', { hasText: 'drop both together' }).first().waitFor();
      expect(await page.locator('#model').innerText()).not.toContain('{ topology');
    }
    await drop(page, [
      { name: 'net.keras', bytes: keras.file },
      { name: 'other.keras', bytes: keras.file },
    ]);
    await page.locator('#model .problem', { hasText: 'net.keras, other.keras' }).first().waitFor();
  });

  it('takes weights of Keras in parts, and names inputs that have to be called otherwise', async () => {
    const { page } = opened;
    const sharded = kerasFiles('older.zip', 'sharded');
    const parts = ['part_00000.weights.h5', 'part_00001.weights.h5'].map((name, i) => ({
      name,
      bytes: sharded.get(`part${i}.h5`)!,
    }));
    const index = { name: 'part.weights.json', bytes: sharded.get('part.weights.json')! };
    const topology = { name: 'net.json', bytes: sharded.get('model.json')! };
    for (const dropped of [
      [...parts, topology],
      [index, ...parts, topology],
    ]) {
      await drop(page, dropped);
      await page
        .locator('#model dd', { hasText: new RegExp(`^${dropped[0]!.name.replaceAll('.', '\\.')} `) })
        .or(page.locator('#model .problem'))
        .waitFor();
      expect(await page.locator('#model').innerText()).toContain('a model of TensorFlow.js');
    }
    await drop(page, [index, parts[0]!, topology]);
    await page.locator('#model .problem', { hasText: 'also part_00001.weights.h5' }).first().waitFor();

    const named = kerasFiles('keras3-names.zip', 'names');
    await drop(page, [{ name: 'net.keras', bytes: named.get('model.keras')! }]);
    await page.locator('#model dd', { hasText: 'вход is layer_____' }).waitFor();
  });

  it('reads the weights of an ONNX file from the file beside it', async () => {
    const { page } = opened;
    const { model, data } = splitOnnx('weights.bin');
    await drop(page, [
      { name: 'weights.bin', bytes: data },
      { name: 'split.onnx', bytes: model },
    ]);
    await page.locator('#model dd', { hasText: 'split.onnx' }).waitFor();
    await quantize(page, { method: 'min-max', bits: 8 });
    expect((await downloadedReport(page)).weights).toHaveLength(3);
    expect(parseFloat((await compareOutputs(page))[1]!)).toBeGreaterThan(30);
  });

  it.each([
    [
      'a text',
      'model-foreign',
      [{ name: 'notes.txt', bytes: new TextEncoder().encode('not a model at all') }],
    ],
    ['half an ONNX file', 'model-truncated', [{ name: 'half.onnx', bytes: smallOnnx().slice(0, 20_000) }]],
    ['an empty file', 'model-empty', [{ name: 'empty.onnx', bytes: new Uint8Array(0) }]],
  ])('says what is wrong with %s', async (_, code, files) => {
    const { page } = opened;
    await drop(page, files);
    const problem = page.locator(`#model [data-code=${code}]`);
    await problem.waitFor();
    expect(await problem.innerText()).toContain(`[${code}]`);
    expect(await problem.innerText()).toContain(files[0]!.name);
    expect(await problem.locator('.remedy').innerText()).toMatch(/\w/);
  });

  it('says what is wrong with a TensorFlow.js model without, or with half of, its weights', async () => {
    const { page } = opened;
    const [json, weights] = tfjsFiles as readonly [DroppedFile, DroppedFile];
    await drop(page, [json]);
    await page.locator('#model [data-code=file-missing]').waitFor();
    expect(await page.innerText('#model [data-code=file-missing]')).toContain(weights.name);
    await drop(page, [json, { name: weights.name, bytes: weights.bytes.slice(0, 1000) }]);
    await page.locator('#model [data-code=model-truncated]').waitFor();
  });

  it('offers the widths and the options that a method has', async () => {
    const { page } = opened;
    await drop(page, [{ name: 'small.onnx', bytes: smallOnnx() }]);
    await page.selectOption('#method', 'ul2q');
    expect(await page.isDisabled('#bits-8')).toBe(false);
    await page.selectOption('#method', 'twn');
    expect(await page.isDisabled('#bits-8')).toBe(true);
    expect(await page.isChecked('#bits-2')).toBe(true);
    await page.click('#method-options summary');
    await page.fill('#option-factor', '0.8');
    await page.click('#settings button[type=submit]');
    await page.waitForSelector('#result:not([hidden])');
    const { plan } = await downloadedReport(page);
    expect(plan.weights[0]).toMatchObject({ bits: 2, quantizer: { name: 'twn', options: { factor: 0.8 } } });
  });

  it('fits a narrow screen', async () => {
    const { page } = opened;
    await page.setViewportSize({ width: 360, height: 740 });
    expect(await page.evaluate('document.documentElement.scrollWidth')).toBeLessThanOrEqual(360);
  });

  it('asks for nothing but its own files, and may not ask for others', async () => {
    const { page, address, requests, errors } = opened;
    const origin = new URL(address).origin;
    const foreign = requests.filter((url) => !url.startsWith(address) && !url.startsWith(`blob:${origin}/`));
    expect(foreign).toEqual([]);
    expect(requests.some((url) => url.endsWith('.wasm'))).toBe(true);
    expect(errors).toEqual([]);
    const blocked = await page.evaluate(() =>
      fetch('http://127.0.0.1:9/').then(
        () => 'allowed',
        () => 'refused',
      ),
    );
    expect(blocked).toBe('refused');
    expect(errors.join()).toContain('Content Security Policy');
  });
});
