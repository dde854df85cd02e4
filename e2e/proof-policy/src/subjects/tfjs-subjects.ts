import { mkdtemp, readdir, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Batch } from '@lowbit/core';
import { accuracyOf, labelledBatches, loadFashionMnist } from '@lowbit/e2e-proof-tfjs';
import {
  classifierTask,
  cropBatches,
  loadMobileNet,
  midArtifacts,
  reviewSubject,
  SIDE,
} from '@lowbit/e2e-real-models';
import { graphModel, save, saveGraph, tfjs } from '@lowbit/tfjs';
import { fileSystem } from '@lowbit/tfjs/node';
import type { io } from '@tensorflow/tfjs-core';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import { fashionNetwork } from './fashion-network.js';
import { wordsOf, type PolicySubject, type Task } from './subject.js';

export type LayersSubject = PolicySubject<LayersModel, LayersModel>;

interface Given {
  readonly load: () => Promise<LayersModel>;
  readonly measuring: () => readonly Batch[];
  readonly heldOut: () => readonly Batch[];
  readonly task?: Task<LayersModel>;
}

function layersSubject(name: string, { load, measuring, heldOut, ...task }: Given): LayersSubject {
  return {
    name,
    load,
    port: (model) => tfjs(model),
    artifact: (model) => model,
    sizeOf: (model) => folderBytes((folder) => save(model, fileSystem(folder))),
    release: (model) => model.dispose(),
    measuring: (model) => namedAs(model.inputNames[0]!, measuring()),
    heldOut: (model) => namedAs(model.inputNames[0]!, heldOut()),
    ...task,
  };
}

/** The sole input of batches by the name that the model has for it. */
const namedAs = (name: string, batches: readonly Batch[]): Batch[] =>
  batches.map((batch) => ({ ...batch, inputs: { [name]: Object.values(batch.inputs)[0]! } }));

/** Bytes of the files that are saved. */
async function folderBytes(saveTo: (folder: string) => Promise<unknown>): Promise<number> {
  const folder = await mkdtemp(join(tmpdir(), 'lowbit-policy-'));
  try {
    await saveTo(folder);
    const sizes = (await readdir(folder)).map(async (name) => (await stat(join(folder, name))).size);
    return (await Promise.all(sizes)).reduce((sum, size) => sum + size, 0);
  } finally {
    await rm(folder, { recursive: true });
  }
}

/** Crops of each photograph from `first` on, four at most. Many photographs tell more than many crops of a few. */
const crops = (first: number, photographs: number, each = 4): Batch[] =>
  cropBatches(first + photographs)
    .slice(first)
    .map(({ data }) => ({
      inputs: { x: { shape: [each, SIDE, SIDE, 3], data: data.slice(0, each * SIDE * SIDE * 3) } },
    }));

export const mobileNet = layersSubject('nsfwjs MobileNetV2', {
  load: loadMobileNet,
  measuring: () => crops(0, 16, 1),
  heldOut: () => crops(16, 10),
  task: wordsOf(classifierTask()),
});

const pictures = () => loadFashionMnist({ training: 64, test: 2000 });

export const fashion = layersSubject('Fashion-MNIST CNN', {
  load: fashionNetwork,
  measuring: () => labelledBatches(pictures().training, 64, 64),
  heldOut: () => labelledBatches(pictures().test, 1000, 250),
  task: async (original) => {
    const { test } = pictures();
    const float = accuracyOf(original, test);
    return async (result) =>
      `${accuracyOf(result, test).toFixed(1)} % right of 2000, float ${float.toFixed(1)} %`;
  },
});

const texts = reviewSubject();
const reviewTexts = (from: number, count: number): Batch[] =>
  texts.calls().map(({ inputs: [words] }) => {
    const [, length = 0] = words!.shape;
    const data = words!.data.slice(from * length, (from + count) * length);
    return { inputs: { words: { shape: [count, length], data } } };
  });

export const reviews = layersSubject('Embedding and LSTM on reviews', {
  load: () => texts.load(),
  measuring: () => reviewTexts(0, 64),
  heldOut: () => reviewTexts(64, 400),
});

export const midNetwork: PolicySubject<io.ModelArtifacts, io.ModelArtifacts> = {
  name: 'nsfwjs MobileNetV2 mid, graph model',
  load: midArtifacts,
  port: (model) => graphModel(model),
  artifact: (model) => model,
  sizeOf: (model) => folderBytes((folder) => saveGraph(model, fileSystem(folder))),
  release: () => undefined,
  measuring: (model) => namedAs(inputOf(model), crops(0, 1)),
  heldOut: (model) => namedAs(inputOf(model), crops(1, 2)),
};

/** The sole input, as its signature names it. */
function inputOf({ signature }: io.ModelArtifacts): string {
  const { inputs = {} } = (signature ?? {}) as {
    readonly inputs?: Readonly<Record<string, { readonly name: string }>>;
  };
  return Object.values(inputs)[0]?.name.replace(/:0$/, '') ?? 'input';
}
