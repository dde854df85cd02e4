import { join } from 'node:path';
import { cpuUsage } from 'node:process';
import { median, useWasm } from '@lowbit/e2e-real-models';
import { load } from '@lowbit/tfjs';
import { fileSystem } from '@lowbit/tfjs/node';
import { loadLayersModel, type LayersModel } from '@tensorflow/tfjs-layers';
import type { Tensor } from '@tensorflow/tfjs-core';
import { savedFolders, type SavedFolders } from './saved-folders.js';
import type { Setting, Subject } from './subjects.js';

/** Medians of processor time, in milliseconds, of two forms of one model, timed in turns. */
export interface Timed {
  readonly plainMs: number;
  readonly packedMs: number;
  /** Times that the packed form takes of the plain one: the median of the rounds. */
  readonly ratio: number;
  readonly most: number;
}

/** What packed weights cost; plain JSON. */
export interface LoadingComparison {
  readonly model: string;
  readonly setting: Setting;
  readonly rounds: number;
  /** From files to a model. */
  readonly loading: Timed;
  /** One picture on the wasm backend: floats, and `weights: 'packed'`. */
  readonly predicting: Timed;
}

/** What loading is promised to take at most of the time of plain files. */
const mostLoading = 1.3;

export async function compareLoading(
  subject: Subject,
  setting: Setting,
  rounds: number,
): Promise<LoadingComparison> {
  const folders = await savedFolders(subject, setting);
  try {
    const loading = await timed(rounds, mostLoading, loaders(folders));
    const predicting = await timePredicting(folders, subject, rounds);
    return { model: subject.name, setting, rounds, loading, predicting };
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

async function timePredicting({ packed }: SavedFolders, subject: Subject, rounds: number): Promise<Timed> {
  const tf = await useWasm();
  const models = [await load(from(packed)), await load(from(packed), { weights: 'packed' })] as const;
  const picture = tf.randomUniform([1, ...subject.input], 0, 1, 'float32', 1);
  const predict = (model: LayersModel) => async () => {
    const output = model.predict(picture) as Tensor;
    await output.data();
    output.dispose();
  };
  const [float, kept] = models;
  const works = { plain: predict(float), packed: predict(kept) };
  const result = await timed(rounds, subject.mostPredicting, works);
  tf.dispose(picture);
  models.forEach((model) => model.dispose());
  return result;
}

/** Rounds that are not counted: loops are compiled for speed while they run first. */
const warmingUp = 3;

/** Times both in turns, each first as often, so that whatever else the machine does, and memory that is freed late, falls on both alike. */
async function timed(
  rounds: number,
  most: number,
  works: Readonly<Record<'plain' | 'packed', () => Promise<void>>>,
): Promise<Timed> {
  const times = { plain: [] as number[], packed: [] as number[] };
  for (let round = -warmingUp; round < rounds; round++) {
    const forms = ['plain', 'packed'] as const;
    for (const form of round % 2 === 0 ? forms : forms.toReversed()) {
      const before = cpuUsage();
      await works[form]();
      const { user, system } = cpuUsage(before);
      if (round >= 0) times[form].push((user + system) / 1000);
    }
  }
  const ratio = median(times.packed.map((time, round) => time / times.plain[round]!));
  return { plainMs: median(times.plain), packedMs: median(times.packed), ratio, most };
}
