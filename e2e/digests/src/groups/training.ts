import * as tf from '@tensorflow/tfjs-core';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import {
  loadCheckpoint,
  registry,
  storeCheckpoint,
  tfjs,
  train,
  type Batch,
  type Recipe,
  type StoredCheckpoint,
  type TrainingCheckpoint,
} from '../doors.js';
import { outcomeOf, type Group } from '../item.js';
import { trainableModel } from '../models/layers-models.js';
import { noise } from '../models/made-model.js';
import { weightQuantizers } from './tensors.js';

const samples = 12;
const images = noise([samples, 6, 6, 1], 1);
const labels = Array.from({ length: samples }, (_, i) => i % 3);
const batch: Batch = { inputs: { x: images }, labels };

/** What is trained: every quantizer of weights, every schedule, activations. */
function* recipes(): Iterable<readonly [string, Recipe]> {
  for (const { quantizer, widths } of weightQuantizers()) {
    const bits = widths.includes(3) ? 3 : (widths[0] as number);
    yield [`${quantizer.name} ${bits}`, { weights: quantizer.name, bits }];
  }
  for (const [schedule, weights, bits] of scheduled)
    yield [`${weights} ${bits} by ${schedule}`, { weights, bits, schedule }];
  for (const [activations, activationBits] of activationMethods)
    yield [`activations ${activations} ${activationBits}`, { bits: 4, activations, activationBits }];
}

const scheduled = [
  ['slq', 'slq', 3],
  ['slq:order=magnitude', 'eslq', 3],
  ['mlq:groups=2', 'mlq', 2],
  ['mlq:groups=2,interleave=true', 'emlq', 2],
  ['inq', 'inq', 4],
  ['progressive:rounds=3', 'ul2q', 2],
] as const;

const activationMethods = [
  ['min-max', 8],
  ['hwgq', 2],
  ['dorefa', 2],
  ['horq', 2],
  ['xnor', 1],
] as const;

/** Short trainings on the plain backend: weights, checkpoints, rounds, plans; one that stops and goes on. */
export const training: Group = {
  name: 'training',
  async *items() {
    await tf.setBackend('cpu');
    for (const [name, recipe] of recipes())
      yield { name, content: await outcomeOf(() => trained({ ...recipe, registry })) };
  },
};

async function trained(recipe: Recipe): Promise<object> {
  const model = trainableModel();
  const calibration =
    recipe.activations === undefined ? {} : { calibration: await tfjs(model).observe([batch]) };
  const whole = { ...recipe, ...calibration };
  const run = train(tfjs(model), whole, { batches: [batch] });
  const checkpoints: object[] = [];
  for await (const round of run) {
    await fit(model);
    checkpoints.push({ round, stored: asRecorded(storeCheckpoint(await run.checkpoint())) });
  }
  const { model: small, plan, rounds } = await run.result;
  const weights = small.getWeights().map((tensor) => tensor.dataSync().slice());
  small.dispose();
  model.dispose();
  return { weights, plan, rounds, checkpoints };
}

/** A stored checkpoint with the members of those that were recorded: the options of a schedule came later. */
function asRecorded({ document, data }: StoredCheckpoint): StoredCheckpoint {
  const recorded = Object.entries(document).filter(([member]) => member !== 'scheduleOptions');
  return { document: Object.fromEntries(recorded), data };
}

/** Two steps of plain gradient descent, always on the same samples. */
async function fit(model: LayersModel): Promise<void> {
  const [x, y] = [tf.tensor([...images.data], [...images.shape]), tf.tensor1d(labels)];
  await model.fit(x, y, { epochs: 2, batchSize: samples, shuffle: false, verbose: 0, yieldEvery: 'never' });
  tf.dispose([x, y]);
}

/** Trains in every round that is left. */
async function throughAll(rounds: AsyncIterable<unknown>, model: LayersModel): Promise<void> {
  const each = rounds[Symbol.asyncIterator]();
  while (!(await each.next()).done) await fit(model);
}

/** A checkpoint in the middle of a schedule, and the weights of the run that goes on from it. */
export const resumed: Group = {
  name: 'training that goes on from a checkpoint',
  async *items() {
    await tf.setBackend('cpu');
    for (const [schedule, weights, bits] of scheduled) {
      const recipe: Recipe = { registry, weights, bits, schedule };
      const { document, data } = storeCheckpoint(await firstRound(recipe));
      const resume = loadCheckpoint(JSON.parse(JSON.stringify(document)), data);
      const model = trainableModel();
      const run = train(tfjs(model), recipe, { batches: [batch], resume });
      await throughAll(run, model);
      const { model: small } = await run.result;
      const result = small.getWeights().map((tensor) => tensor.dataSync().slice());
      small.dispose();
      model.dispose();
      const content = { ...asRecorded({ document, data }), result };
      yield { name: `${weights} ${bits} by ${schedule}`, content };
    }
  },
};

/** The checkpoint after the first round. */
async function firstRound(recipe: Recipe): Promise<TrainingCheckpoint> {
  const model = trainableModel();
  const run = train(tfjs(model), recipe, { batches: [batch] });
  try {
    const rounds = run[Symbol.asyncIterator]();
    await rounds.next();
    await fit(model);
    const checkpoint = await run.checkpoint();
    await rounds.return?.();
    return checkpoint;
  } finally {
    // The loop was left: there is no result.
    await run.result.catch(() => undefined);
    model.dispose();
  }
}
