import * as tf from '@tensorflow/tfjs-core';
import type * as tfLayers from '@tensorflow/tfjs-layers';
import { expect } from 'vitest';
import { onEveryBackend } from '../../test/backends.js';
import { sequenceModel, sharedModel, smallSequential } from '../../test/models.js';
import { load } from '../index.js';
import { disposeWeights } from '../model/dispose-weights.js';

type Layers = { class_name: string; config: Record<string, unknown> }[];

async function artifactsOf(model: tfLayers.LayersModel): Promise<tf.io.ModelArtifacts> {
  let artifacts: tf.io.ModelArtifacts = {};
  await model.save(
    tf.io.withSaveHandler(async (given) => {
      artifacts = JSON.parse(JSON.stringify({ ...given, weightData: null })) as tf.io.ModelArtifacts;
      artifacts.weightData = given.weightData as ArrayBuffer;
      return { modelArtifactsInfo: tf.io.getModelArtifactsInfoForJSON(given) };
    }),
  );
  disposeWeights(model);
  return artifacts;
}

const layersOf = ({ modelTopology }: tf.io.ModelArtifacts) =>
  (modelTopology as { config: { layers: Layers } }).config.layers;

/** What loading says; it must not load. */
async function complaint(artifacts: tf.io.ModelArtifacts): Promise<unknown> {
  return load(tf.io.fromMemory(artifacts)).then(
    () => 'loaded',
    (error: unknown) => error,
  );
}

// Each test also checks that no tensor is left behind.
onEveryBackend('artifacts that make no model', (test) => {
  test('a class that is not registered is named, with the hook', async () => {
    const artifacts = await artifactsOf(smallSequential());
    layersOf(artifacts)[2]!.class_name = 'Wavelet';
    expect(await complaint(artifacts)).toMatchObject({
      code: 'layer-unsupported',
      where: 'model: class Wavelet',
      remedy: expect.stringContaining('tf.serialization.registerClass(Wavelet)') as string,
    });
  });

  test('an initializer that is not registered', async () => {
    const artifacts = await artifactsOf(smallSequential());
    layersOf(artifacts)[2]!.config['kernel_initializer'] = { class_name: 'Mine', config: {} };
    expect(await complaint(artifacts)).toMatchObject({ code: 'layer-unsupported', received: 'Mine' });
  });

  test('weights of other shapes, of other names, and too few', async () => {
    for (const change of [
      (specs: tf.io.WeightsManifestEntry[]) => (specs[0]!.shape = [2, 3, 2]),
      (specs: tf.io.WeightsManifestEntry[]) => (specs[0]!.name = 'other/kernel'),
      (specs: tf.io.WeightsManifestEntry[]) => (specs[0]!.name = specs[1]!.name),
    ]) {
      const artifacts = await artifactsOf(smallSequential());
      change(artifacts.weightSpecs!);
      expect(await complaint(artifacts)).toMatchObject({ code: 'model-malformed' });
    }
    const artifacts = await artifactsOf(smallSequential());
    expect(await complaint({ ...artifacts, weightSpecs: [], weightData: new ArrayBuffer(0) })).toMatchObject({
      code: 'model-malformed',
      received: expect.stringContaining('not set') as string,
    });
  });

  test('names of weights that all have something in front or behind, with what to remove', async () => {
    for (const [words, text, change] of [
      ['prefix', 'sequential/', (name: string) => `sequential/${name}`],
      ['suffix', ':0', (name: string) => `${name}:0`],
    ] as const) {
      const artifacts = await artifactsOf(smallSequential());
      for (const spec of artifacts.weightSpecs!) spec.name = change(spec.name);
      expect(await complaint(artifacts)).toMatchObject({
        code: 'model-malformed',
        received: expect.stringContaining(`the ${words} '${text}' on all names`) as string,
        remedy: expect.stringContaining(`Remove '${text}' from the names`) as string,
      });
      artifacts.weightSpecs![0]!.name = 'other';
      expect(await complaint(artifacts)).toMatchObject({
        received: expect.stringMatching(/Provided weight|bias:0/) as string,
      });
    }
  });

  test('weights of a layer under other names than its class gives', async () => {
    const artifacts = await artifactsOf(smallSequential());
    const [first] = artifacts.weightSpecs!;
    first!.name = first!.name.replace('kernel', '0');
    expect(await complaint(artifacts)).toMatchObject({
      code: 'model-malformed',
      where: expect.stringContaining(`: ${first!.name.split('/')[0]}`) as string,
      expected: expect.stringMatching(/^the weights of Conv\w+: kernel \[.*\], bias \[/) as string,
      received: expect.stringMatching(/^0 \[.*\], bias \[/) as string,
    });
  });

  test('a prefix and a suffix, and what some names have, are told too', async () => {
    const change = async (rename: (name: string, at: number) => string) => {
      const artifacts = await artifactsOf(smallSequential());
      artifacts.weightSpecs!.forEach((spec, at) => (spec.name = rename(spec.name, at)));
      return complaint(artifacts);
    };
    expect(await change((name) => `model/${name}:0`)).toMatchObject({
      received: expect.stringContaining(
        "the prefix 'model/' on all names and the suffix ':0' on all names",
      ) as string,
      remedy: expect.stringContaining("Remove 'model/' and ':0' from the names") as string,
    });
    expect(await change((name, at) => (at === 1 ? `${name}:0` : name))).toMatchObject({
      expected: expect.stringContaining('first/bias') as string,
      received: "first/bias:0, and the suffix ':0' on 1 of 4 names",
    });
    expect(await change((name, at) => (at === 0 ? name : `${name}:${at}`))).toMatchObject({
      received: expect.stringContaining('bias:1') as string,
    });
  });

  test('sizes that cannot be', async () => {
    for (const units of [-1, 2 ** 40]) {
      const artifacts = await artifactsOf(smallSequential());
      layersOf(artifacts)[2]!.config['units'] = units;
      expect(await complaint(artifacts)).toMatchObject({ code: 'model-malformed' });
    }
  });

  test('a topology of Keras 3 is told as that, since converting it again gives the same', async () => {
    const wrong = { code: 'model-malformed', received: expect.stringContaining('one of Keras 3') as string };
    const remedy = expect.stringContaining('Converting again gives the same file') as string;
    const sequential = await artifactsOf(smallSequential());
    const [first] = layersOf(sequential);
    first!.config['batch_shape'] = first!.config['batch_input_shape'];
    delete first!.config['batch_input_shape'];
    expect(await complaint(sequential)).toMatchObject({ ...wrong, remedy });
    const shared = await artifactsOf(sharedModel());
    for (const layer of layersOf(shared) as unknown as { inbound_nodes: unknown[] }[])
      layer.inbound_nodes = layer.inbound_nodes.map(() => ({ args: [], kwargs: {} }));
    expect(await complaint(shared)).toMatchObject({ ...wrong, remedy });
  });

  test('more layers behind each other than there is stack for', async () => {
    const input = { name: 'a0', batch_input_shape: [null, 2], dtype: 'float32' };
    const start = { class_name: 'InputLayer', name: 'a0', config: input, inbound_nodes: [] };
    const others = Array.from({ length: 6000 }, (_, i) => ({
      class_name: 'Activation',
      name: `a${i + 1}`,
      config: { name: `a${i + 1}`, activation: 'relu' },
      inbound_nodes: [[[`a${i}`, 0, 0, {}]]],
    }));
    const ends = { input_layers: [['a0', 0, 0]], output_layers: [['a6000', 0, 0]] };
    const config = { name: 'deep', layers: [start, ...others], ...ends };
    expect(await complaint({ modelTopology: { class_name: 'Model', config } })).toMatchObject({
      code: 'model-too-large',
      received: expect.stringContaining('stack') as string,
    });
  });

  test('a graph model, and nothing at all', async () => {
    expect(await complaint({ modelTopology: { node: [] } })).toMatchObject({
      code: 'model-malformed',
      remedy: expect.stringContaining('loadGraph') as string,
    });
    expect(await complaint({ modelTopology: {} })).toMatchObject({ code: 'model-malformed' });
  });
});

onEveryBackend('artifacts that make a model', (test) => {
  test('whose weights have the names of cells in theirs, as TensorFlow.js reads them, and keep their forms', async () => {
    const original = sequenceModel();
    const artifacts = await artifactsOf(original);
    const recurrent = artifacts.weightSpecs!.filter(({ name }) => /^(gru|lstm|rnn)/.test(name));
    expect(recurrent.length).toBeGreaterThan(0);
    for (const spec of recurrent) spec.name = spec.name.replace(/\/([^/]+)$/, '/some_cell/$1');
    const loaded = await load(tf.io.fromMemory(artifacts));
    expect(loaded.weights.length).toBe(artifacts.weightSpecs!.length);
    disposeWeights(loaded);
  });

  test('as Keras wraps them, with a training configuration', async () => {
    const { modelTopology, ...rest } = await artifactsOf(sequenceModel());
    const trainingConfig = {
      loss: 'mean_squared_error',
      metrics: [],
      optimizer_config: { class_name: 'SGD', config: { learning_rate: 0.5 } },
    } as unknown as tf.io.TrainingConfig;
    const wrapped = { keras_version: '2.0', model_config: modelTopology as object };
    const loaded = await load(tf.io.fromMemory({ ...rest, modelTopology: wrapped, trainingConfig }));
    expect(loaded.loss).toBe('meanSquaredError');
    expect(Object.hasOwn(loaded, 'loadWeights')).toBe(false);
    loaded.optimizer.dispose();
    disposeWeights(loaded);
  });
});
