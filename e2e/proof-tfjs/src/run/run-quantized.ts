import { quantize, train, type Batch, type Recipe, type TrainingRound } from '@lowbit/core';
import { tfjs, type TfjsPort } from '@lowbit/tfjs';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import { labelledBatches } from '../data/batches.js';
import type { Run } from '../methods/runs.js';
import { accuracyOf } from '../model/accuracy.js';
import { network } from '../model/network.js';
import { compile } from '../model/train-epoch.js';
import type { Context } from './context.js';
import type { FloatNetwork } from './run-float.js';
import { storeOf, type Store } from './store.js';
import { trainRound } from './train-round.js';

export interface QuantizedResult extends Pick<Run, 'name' | 'title' | 'bits' | 'ends' | 'start' | 'order'> {
  /** Percent of the test pictures, of the quantized model that the run gave. */
  readonly accuracy: number;
  /** The same of the float network quantized without training; runs from scratch have none. */
  readonly untrained?: number;
  /** Stored bits a weight, over those that are quantized. */
  readonly bitsPerWeight: number;
  readonly rounds: readonly TrainingRound[];
  readonly seconds: number;
}

/** Pictures a batch of what is measured between rounds. */
const measuredBatch = 250;

/** Trains one quantized network, or takes up what there is of it. */
export async function runQuantized(
  run: Run,
  float: FloatNetwork,
  context: Context,
): Promise<QuantizedResult> {
  const { settings, data, folder, resumes } = context;
  const store = storeOf<QuantizedResult>(folder, settings, run.name);
  if (!resumes) store.clear();
  const known = store.result();
  if (known !== undefined) return known;
  const model = network(run.order, settings.seed);
  const port = tfjs(model);
  if (run.start === 'float') port.assign(float.variables);
  compile(model);
  const batches = labelledBatches(data.training, settings.measured, measuredBatch);
  const recipe = await run.recipe(port, batches);
  const untrained = run.start === 'float' ? { untrained: await withoutTraining(port, recipe, context) } : {};
  const trained = await inRounds(run, { model, port, recipe, batches }, store, context);
  const { name, title, bits, ends, start, order } = run;
  const result = { name, title, bits, ends, start, order, ...untrained, ...trained };
  store.saveResult(result);
  model.optimizer.dispose();
  model.dispose();
  return result;
}

async function withoutTraining(port: TfjsPort, recipe: Recipe, { data }: Context): Promise<number> {
  const { model } = await quantize(port, recipe);
  const accuracy = accuracyOf(model, data.test);
  model.dispose();
  return accuracy;
}

interface Training {
  readonly model: LayersModel;
  readonly port: TfjsPort;
  readonly recipe: Recipe;
  readonly batches: readonly Batch[];
}

async function inRounds(
  { name }: Run,
  { model, port, recipe, batches }: Training,
  store: Store<QuantizedResult>,
  { settings, data, show }: Context,
): Promise<Pick<QuantizedResult, 'accuracy' | 'bitsPerWeight' | 'rounds' | 'seconds'>> {
  const work = { name, model, port, pictures: data.training, settings, show, save: store.saveState };
  let state = store.state() ?? { round: 0, epochs: 0, seconds: 0 };
  const { checkpoint } = state;
  const run = train(port, recipe, { batches, ...(checkpoint && { resume: checkpoint }) });
  for await (const { number } of run) {
    const { seconds } = await trainRound(work, state);
    state = { round: number + 1, epochs: 0, seconds, checkpoint: await run.checkpoint() };
    store.saveState(state);
  }
  const { model: small, rounds, report } = await run.result;
  const accuracy = accuracyOf(small, data.test);
  small.dispose();
  return { accuracy, bitsPerWeight: report.bitsPerWeight, rounds, seconds: state.seconds };
}
