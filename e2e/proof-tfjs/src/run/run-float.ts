import { tfjs } from '@lowbit/tfjs';
import { accuracyOf } from '../model/accuracy.js';
import { network } from '../model/network.js';
import type { Context } from './context.js';
import { storeOf } from './store.js';
import { trainRound } from './train-round.js';

export interface FloatResult {
  readonly name: 'float';
  /** Percent of the test pictures. */
  readonly accuracy: number;
  readonly seconds: number;
}

/** The float network: its result and every variable. */
export interface FloatNetwork {
  readonly result: FloatResult;
  readonly variables: ReadonlyMap<string, Float32Array>;
}

/** Trains the float network, or takes up what there is of it. */
export async function runFloat({ settings, data, folder, resumes, show }: Context): Promise<FloatNetwork> {
  const store = storeOf<FloatResult>(folder, settings, 'float');
  if (!resumes) store.clear();
  const model = network('rectified', settings.seed);
  const port = tfjs(model);
  const work = {
    name: 'float',
    model,
    port,
    pictures: data.training,
    settings,
    show,
    save: store.saveState,
  } as const;
  const start = store.state() ?? { round: 0, epochs: 0, seconds: 0 };
  const { seconds, inRound } = await trainRound(work, start);
  const variables = inRound?.variables ?? (await port.variables());
  const result = store.result() ?? { name: 'float', accuracy: accuracyOf(model, data.test), seconds };
  store.saveResult(result);
  model.optimizer.dispose();
  model.dispose();
  return { result, variables };
}
