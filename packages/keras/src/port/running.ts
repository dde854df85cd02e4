import type { ModelPort, Registry } from '@lowbit/core';
import type { KerasModel } from '../model.js';

/** What a port can do that may run its model. */
export type Running = Required<
  Pick<ModelPort<KerasModel>, 'observe' | 'observeInputs' | 'captureInputs' | 'features' | 'run'>
>;

/** A model that runs. Layers, weights, sites and tensors have the names that they have in the port. */
export interface RunningModel extends Running {
  /** Frees what it holds. */
  close(): void;
}

/** What it takes to run a model besides itself. */
export interface RunnerOptions {
  /** Where the quantizers of activations are looked up, for models that have some. */
  readonly registry?: Registry;
}

/** Makes a running model. `runner` of `@lowbit/tfjs` is one. */
export type KerasRunner = (model: KerasModel, options?: RunnerOptions) => Promise<RunningModel>;

/** Makes the running model when it is first needed, once. */
export function startingLater(
  model: () => Promise<KerasModel>,
  runner: KerasRunner,
  options: RunnerOptions,
): RunningModel {
  let started: Promise<RunningModel> | undefined;
  const start = () => (started ??= model().then((own) => runner(own, options)));
  return {
    observe: async (...given) => (await start()).observe(...given),
    observeInputs: async (...given) => (await start()).observeInputs(...given),
    captureInputs: async (...given) => (await start()).captureInputs(...given),
    features: async (...given) => (await start()).features(...given),
    async *run(...given) {
      yield* (await start()).run(...given);
    },
    close() {
      void started?.then(
        (running) => running.close(),
        () => undefined,
      );
      started = undefined;
    },
  };
}
