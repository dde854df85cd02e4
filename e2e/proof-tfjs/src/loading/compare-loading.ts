import { join } from 'node:path';
import { median, useWasm } from '@lowbit/e2e-real-models';
import { load } from '@lowbit/tfjs';
import { fileSystem } from '@lowbit/tfjs/node';
import { version_core as tfjs } from '@tensorflow/tfjs-core';
import { loadLayersModel, type LayersModel } from '@tensorflow/tfjs-layers';
import type { Tensor } from '@tensorflow/tfjs-core';
import { savedFolders, type SavedFolders } from './saved-folders.js';

/** Medians in milliseconds of two forms of one model, timed in turns. */
interface Timed {
  readonly plainMs: number;
  readonly packedMs: number;
  /** Times that the packed form takes of the plain one. */
  readonly ratio: number;
  readonly most: number;
}

/** What packed weights cost; plain JSON. */
export interface LoadingComparison {
  readonly node: string;
  readonly tfjs: string;
  readonly bits: number;
  readonly rounds: number;
  /** From files to a model. */
  readonly loading: Timed;
  /** One picture on the wasm backend: floats, and `weights: 'packed'`. */
  readonly predicting: Timed;
}

/** Ratios that are promised. */
const [mostLoading, mostPredicting] = [1.3, 1.5];

export async function compareLoading(bits: number, rounds: number): Promise<LoadingComparison> {
  const folders = await savedFolders(bits);
  try {
    const loading = await timed(rounds, mostLoading, loaders(folders));
    const predicting = await timePredicting(folders, rounds);
    return { node: process.version, tfjs, bits, rounds, loading, predicting };
  } finally {
    await folders.remove();
  }
}

const from = (folder: string) => fileSystem(join(folder, 'model.json'));

function loaders({ plain, packed }: SavedFolders) {
  return {
    plain: async () => void (await loadLayersModel(from(plain))).dispose(),
    packed: async () => void (await load(from(packed))).dispose(),
  };
}

async function timePredicting({ packed }: SavedFolders, rounds: number): Promise<Timed> {
  const tf = await useWasm();
  const models = [await load(from(packed)), await load(from(packed), { weights: 'packed' })] as const;
  const picture = tf.randomUniform([1, 299, 299, 3], 0, 1, 'float32', 1);
  const predict = (model: LayersModel) => async () => {
    const output = model.predict(picture) as Tensor;
    await output.data();
    output.dispose();
  };
  const [float, kept] = models;
  const result = await timed(rounds, mostPredicting, { plain: predict(float), packed: predict(kept) });
  tf.dispose(picture);
  models.forEach((model) => model.dispose());
  return result;
}

/** Times both in turns, so that whatever else the machine does falls on both alike, after one time each to warm up. */
async function timed(
  rounds: number,
  most: number,
  works: Readonly<Record<'plain' | 'packed', () => Promise<void>>>,
): Promise<Timed> {
  const times = { plain: [] as number[], packed: [] as number[] };
  for (let round = -1; round < rounds; round++) {
    for (const form of ['plain', 'packed'] as const) {
      const start = performance.now();
      await works[form]();
      if (round >= 0) times[form].push(performance.now() - start);
    }
  }
  const [plainMs, packedMs] = [median(times.plain), median(times.packed)];
  return { plainMs, packedMs, ratio: packedMs / plainMs, most };
}
