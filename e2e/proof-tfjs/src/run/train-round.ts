import { seededRandom } from '@lowbit/core';
import { seedFrom } from '@lowbit/core/adapter';
import type { TfjsPort } from '@lowbit/tfjs';
import * as tf from '@tensorflow/tfjs-core';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import type { Pictures } from '../data/fashion-mnist.js';
import { compile, trainEpoch } from '../model/train-epoch.js';
import type { RunName, Settings } from '../settings.js';
import type { OptimizerWeight, RunState } from './state.js';

export interface RoundWork {
  readonly name: RunName;
  readonly model: LayersModel;
  readonly port: TfjsPort;
  readonly pictures: Pictures;
  readonly settings: Settings;
  /** A line for people, as the work goes on. */
  readonly show: (line: string) => void;
  readonly save: (state: RunState) => void;
}

/** Trains the epochs of a round that are left; the state is saved after each. Returns the last one. */
export async function trainRound(work: RoundWork, start: RunState): Promise<RunState> {
  const { name, model, port, pictures, settings, show, save } = work;
  const rates = settings.rates[name];
  const optimizer = compile(model);
  if (start.inRound !== undefined) {
    port.assign(start.inRound.variables);
    await setOptimizer(optimizer, start.inRound.optimizer);
  }
  let state = start;
  for (let epoch = start.epochs; epoch < rates.length; epoch++) {
    const begun = performance.now();
    const title = `${name}: round ${state.round + 1}, epoch ${epoch + 1} of ${rates.length}`;
    await trainEpoch(model, pictures, {
      batchSize: settings.batchSize,
      learningRate: rates[epoch]!,
      random: seededRandom(seedFrom(settings.seed, `${name} ${state.round} ${epoch}`)),
      onStep: (share, loss) => show(`${title}, ${(100 * share).toFixed(0)} %, loss ${loss.toFixed(3)}`),
    });
    const inRound = { variables: await port.variables(), optimizer: await optimizerWeights(optimizer) };
    const seconds = state.seconds + (performance.now() - begun) / 1000;
    state = { ...state, epochs: epoch + 1, seconds, inRound };
    save(state);
  }
  return state;
}

async function optimizerWeights(optimizer: tf.Optimizer): Promise<OptimizerWeight[]> {
  const weights = await optimizer.getWeights();
  return Promise.all(
    weights.map(async ({ name, tensor }) => ({
      name,
      shape: tensor.shape,
      type: tensor.dtype as OptimizerWeight['type'],
      values: Float32Array.from(await tensor.data()),
    })),
  );
}

async function setOptimizer(optimizer: tf.Optimizer, weights: readonly OptimizerWeight[]): Promise<void> {
  const named = weights.map(({ name, shape, type, values }) => ({
    name,
    tensor: tf.tensor(values, [...shape], type),
  }));
  await optimizer.setWeights(named);
}
