import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { quantize, train, type Quantizer } from '@lowbit/core';
import * as tf from '@tensorflow/tfjs-core';
import * as tfLayers from '@tensorflow/tfjs-layers';
import { expect } from 'vitest';
import { graphModel, load, save, tfjs } from '../src/index.js';
import { loadGraph } from '../src/graph/index.js';
import { disposeWeights } from '../src/model/dispose-weights.js';
import { fileSystem } from '../src/node/index.js';
import { onEveryBackend } from './backends.js';
import { smallSequential } from './models.js';
import { grid } from './quantizers.js';

const failure = (run: () => unknown): Promise<unknown> =>
  Promise.resolve()
    .then(run)
    .then(
      () => 'accepted',
      (error: unknown) => error,
    );

const x = { shape: [1, 6], data: new Float32Array(6) };

function twoInputs(): tfLayers.LayersModel {
  const inputs = ['left', 'right'].map((name) => tfLayers.input({ shape: [6], name }));
  const sum = tfLayers.layers.add().apply(inputs) as tfLayers.SymbolicTensor;
  const outputs = tfLayers.layers.dense({ units: 2 }).apply(sum) as tfLayers.SymbolicTensor;
  return tfLayers.model({ inputs, outputs });
}

onEveryBackend('wrong use', (test) => {
  test('of batches is told with what a batch is', async () => {
    const model = twoInputs();
    const port = tfjs(model);
    const labels = [0];
    for (const [batch, told] of [
      [{ inputs: { left: x, rigth: x }, labels }, { remedy: 'Did you mean right?' }],
      [{ inputs: { left: x, right: x, lefft: x }, labels }, { remedy: 'Did you mean left?' }],
      [{ left: x, right: x, labels }, { expected: 'an object with the member inputs' }],
      [{ inputs: { left: x, right: x.data }, labels }, { where: "batch: input 'right'" }],
    ] as const)
      for (const run of [port.observe, port.features])
        expect(await failure(() => run([batch as never]))).toMatchObject({
          code: 'invalid-argument',
          ...told,
        });
    const texts = { shape: [1, 6], data: [1, 2, 3, '4', 5, 6] as never };
    const strange = { code: 'invalid-argument', where: "batch: input 'right', at [0, 3]" };
    const outputs = async (given: never) => {
      for await (const each of port.run(given)) return each;
      return undefined;
    };
    for (const run of [port.observe, port.features, outputs])
      expect(
        await failure(() => run([{ inputs: { left: x, right: texts }, labels }] as never)),
      ).toMatchObject(strange);
    for (const wrong of [['1'], [null], [1n], [-1], [1.5]])
      expect(
        await failure(() => port.features([{ inputs: { left: x, right: x }, labels: wrong as never }])),
      ).toMatchObject({ code: 'calibration-invalid', where: 'batch 1: labels, at [0]' });
    const tensor = tf.zeros([1, 6]);
    expect(
      await failure(() => port.observe([{ inputs: { left: x, right: tensor as never } }])),
    ).toMatchObject({
      code: 'invalid-argument',
      remedy: expect.stringContaining('await x.data()') as string,
    });
    tensor.dispose();
    for (const [batches, remedy] of [
      [{ inputs: { left: x, right: x } }, 'A batch is'],
      [Promise.resolve([]), 'Await it'],
      [undefined, 'A batch is'],
    ] as const)
      expect(await failure(() => port.observe(batches as never))).toMatchObject({
        code: 'invalid-argument',
        where: 'batches',
        remedy: expect.stringContaining(remedy) as string,
      });
    disposeWeights(model);
  });

  test('of inputs with which TensorFlow.js fails is told as an error of the runtime, which is its cause', async () => {
    const model = tfLayers.sequential({
      layers: [
        tfLayers.layers.embedding({ inputDim: 4, outputDim: 3, inputLength: 2 }),
        tfLayers.layers.flatten(),
        tfLayers.layers.dense({ units: 2 }),
      ],
    });
    model.compile({ optimizer: 'sgd', loss: 'meanSquaredError' });
    const port = tfjs(model);
    const outside = [{ inputs: { x: { shape: [1, 2], data: [0, 7] } }, labels: [1] }];
    const outputs = async () => {
      for await (const each of port.run(outside)) return each;
      return undefined;
    };
    const { numTensors } = tf.memory();
    for (const run of [
      () => port.observe(outside),
      () => port.features(outside),
      () => port.loss(outside, new Map()),
      outputs,
    ])
      expect(await failure(run)).toMatchObject({ code: 'runtime-failed', cause: expect.any(Error) as Error });
    expect(tf.memory().numTensors).toBe(numTensors);
    model.optimizer.dispose();
    disposeWeights(model);
  });

  test('of a result, a promise, another model or nothing is told', async () => {
    const model = smallSequential();
    const result = await quantize(tfjs(model), { weights: grid });
    const file = fileSystem(mkdtempSync(join(tmpdir(), 'lowbit-')));
    for (const [run, remedy] of [
      [() => save(result as never, file), 'save its model'],
      [() => load(undefined as never), 'For instance'],
      [() => tfjs(Promise.resolve(model) as never), 'Await it'],
      [() => graphModel(model as never).layers(), 'Give it to tfjs()'],
      [() => graphModel(Promise.resolve(model) as never).layers(), 'Await it'],
      [() => train(tfjs(model, { foldBatchNorm: true }) as never, { weights: grid }), 'foldBatchNorm'],
    ] as const)
      expect(await failure(run)).toMatchObject({
        code: 'invalid-argument',
        remedy: expect.stringContaining(remedy) as string,
      });
    for (const each of [model, result.model]) disposeWeights(each);
  });

  test('of what is no place of a model is told by what it is', async () => {
    const model = smallSequential();
    const file = fileSystem(mkdtempSync(join(tmpdir(), 'lowbit-')));
    const artifacts = { modelTopology: { node: [] } };
    const response = new Response('{}');
    for (const [run, remedy] of [
      [() => graphModel('https://').layers(), 'For instance'],
      [() => graphModel('').layers(), 'For instance'],
      [() => load('http://'), 'For instance'],
      [() => load('https://a b/model.json'), 'For instance'],
      [() => graphModel(response as never).layers(), 'the URL of the model.json'],
      [() => load(response as never), 'the URL of the model.json'],
      [() => tfjs(response as never), 'the URL of the model.json'],
      [() => load(new Blob([]) as never), 'tf.io.browserFiles'],
      [() => load(new URL('file:///model.json') as never), 'url.href'],
      [() => load(new Uint8Array(4) as never), 'onnx()'],
      [() => load(Promise.resolve('file://model.json') as never), 'Await it'],
      [() => save(Promise.resolve(model) as never, file), 'Await it'],
      [() => load(model as never), 'Give it to tfjs()'],
      [() => tfjs(artifacts as never), 'graphModel()'],
      [() => load(artifacts as never), 'graphModel()'],
      [() => save(artifacts as never, file), 'saveGraph()'],
      [() => tfjs({ modelTopology: { class_name: 'Sequential' } } as never), 'fromMemory'],
      [() => tfjs({ model, report: {} } as never), 'const { model }'],
      [() => quantize(artifacts as never, { weights: grid }), 'graphModel(source)'],
      [() => quantize(model as never, { weights: grid }), 'tfjs(model)'],
    ] as const)
      expect(await failure(run), remedy).toMatchObject({
        code: 'invalid-argument',
        remedy: expect.stringContaining(remedy) as string,
      });
    disposeWeights(model);
  });

  test('of a file of Keras names what reads it', async () => {
    for (const [url, received] of [
      ['model.h5', 'an HDF5 file, as Keras writes'],
      ['https://example.org/Model.HDF5?raw=1', 'an HDF5 file, as Keras writes'],
      ['file://model.keras', 'a zip archive, as a .keras file is'],
    ] as const)
      for (const run of [() => load(url), () => graphModel(url).layers(), () => loadGraph(url)])
        expect(await failure(run)).toMatchObject({
          code: 'model-malformed',
          received,
          remedy: expect.stringContaining('lowbit import FILE') as string,
        });
  });

  test('of an option beside another form is refused, as the command line does', async () => {
    const model = smallSequential();
    const file = fileSystem(mkdtempSync(join(tmpdir(), 'lowbit-')));
    for (const run of [
      () => tfjs(model, { plain: 'uint8' }),
      () => tfjs(model, { format: 'packed', plain: 'uint8' }),
      () => graphModel('file://model.json', { plain: 'uint16' }),
      () => save(model, file, { plain: 'uint16' }),
      () => save(model, file, { format: 'packed', plain: 'uint16' }),
    ])
      expect(await failure(run)).toMatchObject({
        code: 'invalid-argument',
        where: expect.stringContaining("option 'plain'") as string,
        expected: "format: 'plain' beside it",
      });
    for (const foldBatchNorm of ['yes', 1, null])
      expect(await failure(() => tfjs(model, { foldBatchNorm } as never))).toMatchObject({
        code: 'invalid-argument',
        where: "tfjs: option 'foldBatchNorm'",
      });
    const plain = await quantize(tfjs(model, { format: 'plain' }), { weights: grid });
    expect((await save(plain.model, file, { plain: 'uint16' })).format).toBe('plain');
    for (const each of [model, plain.model]) disposeWeights(each);
  });

  test('of an option that is misspelt names what was meant', async () => {
    const model = smallSequential();
    const file = fileSystem(mkdtempSync(join(tmpdir(), 'lowbit-')));
    for (const [run, meant] of [
      [() => tfjs(model, { formt: 'plain' } as never), 'format'],
      [() => graphModel(file, { formt: 'plain' } as never), 'format'],
      [() => save(model, file, { formt: 'plain' } as never), 'format'],
      [() => load(file, { weight: 'packed' } as never), 'weights'],
      [() => loadGraph(file, { onProgres() {} } as never), 'onProgress'],
    ] as const)
      expect(await failure(run)).toMatchObject({
        code: 'unsupported-option',
        remedy: `Did you mean ${meant}?`,
      });
    disposeWeights(model);
  });

  test('of a folder that TensorFlow wrote names the converter', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'lowbit-'));
    writeFileSync(join(folder, 'saved_model.pb'), '');
    expect(await failure(() => load(fileSystem(folder)))).toMatchObject({
      code: 'file-missing',
      remedy: expect.stringContaining('--input_format=tf_saved_model') as string,
    });
  });

  test('of forward, which gives nothing, is told with the name of the quantizer', async () => {
    const model = smallSequential();
    const silent: Quantizer = { ...grid, name: 'silent', forward: () => undefined as never };
    const run = train(tfjs(model), { weights: silent, bits: 4 });
    const shape = [1, ...(model.inputs[0]!.shape.slice(1) as number[])];
    const error = await failure(async () => {
      await run[Symbol.asyncIterator]().next();
      tf.tidy(() => model.predict(tf.zeros(shape)));
    });
    expect(error).toMatchObject({ code: 'plugin-failed', where: "quantizer 'silent': forward" });
    disposeWeights(model);
  });
});
