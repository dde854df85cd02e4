import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { seededRandom } from '@lowbit/core';
import { fileSystem } from '@lowbit/tfjs/node';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import { MobileNetV2Model } from 'nsfwjs/models/mobilenet_v2';

import { loadTfjs } from '../../src/runtime/load-tfjs.js';

/** The package's own type does not resolve under Node's rules: its declarations import paths without `.js`. */
interface Bundles {
  modelJson(): Promise<{ default: Json }>;
  /** Base64, one string a shard. */
  readonly weightBundles: readonly (() => Promise<{ default: string }>)[];
}

/** A `model.json` that may be changed. */
export interface Json {
  modelTopology: Record<string, unknown>;
  weightsManifest: { paths: string[]; weights: Record<string, unknown>[] }[];
  [member: string]: unknown;
}

/** nsfwjs' MobileNetV2, [N, 224, 224, 3] to 5 classes; its weights are stored as uint8. */
export async function writeMobileNet(folder: string): Promise<void> {
  const { modelJson, weightBundles } = MobileNetV2Model as Bundles;
  const json = (await modelJson()).default;
  const shards = await Promise.all(weightBundles.map((bundle) => bundle()));
  await mkdir(folder);
  await writeFile(join(folder, 'model.json'), JSON.stringify(json));
  const paths = json.weightsManifest.flatMap((group) => group.paths);
  for (const [i, { default: text }] of shards.entries())
    await writeFile(join(folder, paths[i]!), Buffer.from(text, 'base64'));
}

/**
 * Pictures of [8, 8, 1] to 3 classes: ordinary, depthwise and dense layers with normalization between.
 *
 * @param scale - that it multiplies pixels by itself
 */
export async function writePictureModel(folder: string, scale?: number): Promise<void> {
  const { layers } = await loadTfjs('test');
  const { rescaling, conv2d, depthwiseConv2d, batchNormalization, flatten, dense } = layers.layers;
  const model = layers.sequential({
    layers: [
      ...(scale === undefined
        ? []
        : [rescaling({ scale, offset: 0, inputShape: [8, 8, 1], name: 'scales' })]),
      conv2d({ inputShape: [8, 8, 1], filters: 6, kernelSize: 3, activation: 'relu', name: 'first' }),
      batchNormalization({ name: 'norm' }),
      depthwiseConv2d({ kernelSize: 3, name: 'each' }),
      flatten({ name: 'flat' }),
      dense({ units: 3, activation: 'softmax', name: 'last' }),
    ],
  });
  await save(model, folder);
}

/** Six words of 50 to 2 classes; in the file the recurrent weights start orthogonal, as they do by default. */
export async function writeTextModel(folder: string): Promise<void> {
  const { layers } = await loadTfjs('test');
  const { embedding, lstm, dense } = layers.layers;
  const model = layers.sequential({
    layers: [
      embedding({ inputDim: 50, outputDim: 8, inputLength: 6, name: 'words' }),
      // The default needs more than the core of TensorFlow.js to run.
      lstm({ units: 16, name: 'memory', recurrentInitializer: 'glorotUniform' }),
      dense({ units: 2, activation: 'softmax', name: 'last' }),
    ],
  });
  await save(model, folder);
  await changeJson(folder, (json) => {
    const { layers: all } = (
      json.modelTopology as { config: { layers: { config: Record<string, unknown> }[] } }
    ).config;
    const memory = all.find(({ config }) => config['name'] === 'memory');
    memory!.config['recurrent_initializer'] = { class_name: 'Orthogonal', config: { gain: 1, seed: null } };
  });
}

/** A graph of one product of matrices, [N, 64] to [N, 32]. */
export async function writeGraphModel(folder: string): Promise<void> {
  const float = { type: 'DT_FLOAT' };
  const shape = (...sizes: number[]) => ({ shape: { dim: sizes.map((size) => ({ size: String(size) })) } });
  const value = (name: string, ...sizes: number[]) => ({
    name: `${name}:0`,
    dtype: 'DT_FLOAT',
    tensorShape: { dim: sizes.map((size) => ({ size: String(size) })) },
  });
  const random = seededRandom(1);
  const weight = Float32Array.from({ length: 64 * 32 }, () => random() - 0.5);
  await mkdir(folder);
  await writeFile(join(folder, 'weights.bin'), new Uint8Array(weight.buffer));
  const json = {
    format: 'graph-model',
    generatedBy: '2.11.0',
    signature: { inputs: { x: value('x', -1, 64) }, outputs: { y: value('y', -1, 32) } },
    modelTopology: {
      node: [
        { name: 'x', op: 'Placeholder', attr: { dtype: float, shape: shape(-1, 64) } },
        { name: 'w', op: 'Const', attr: { dtype: float } },
        {
          name: 'y',
          op: 'MatMul',
          input: ['x', 'w'],
          attr: { transpose_a: { b: false }, transpose_b: { b: false }, T: float },
        },
      ],
      versions: {},
    },
    weightsManifest: [
      { paths: ['weights.bin'], weights: [{ name: 'w', shape: [64, 32], dtype: 'float32' }] },
    ],
  };
  await writeFile(join(folder, 'model.json'), JSON.stringify(json));
}

/** Changes the JSON of a model in place. */
export async function changeJson(folder: string, change: (json: Json) => void): Promise<void> {
  const file = join(folder, 'model.json');
  const json = JSON.parse(await readFile(file, 'utf8')) as Json;
  change(json);
  await writeFile(file, JSON.stringify(json));
}

/** With numbers that are the same every time. */
async function save(model: LayersModel, folder: string): Promise<void> {
  const { core } = await loadTfjs('test');
  const random = seededRandom(7);
  const values = model.getWeights().map(({ shape, size }) =>
    core.tensor(
      Float32Array.from({ length: size }, () => 0.1 + random()),
      shape,
    ),
  );
  model.setWeights(values);
  await model.save(fileSystem(folder));
  core.dispose(values);
  model.weights.forEach((weight) => weight.dispose());
}
