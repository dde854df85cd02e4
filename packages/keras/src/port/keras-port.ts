import type { LayerDescriptor, ModelPort, Registry } from '@lowbit/core';
import { checkArgument, checkedWriter, defined, packedCost } from '@lowbit/core/adapter';
import type { KerasModel, KerasNetwork } from '../model.js';
import { readKeras, type KerasOptions } from '../read-keras.js';
import type { KerasSource } from '../source/source.js';
import { describeLayer } from './describe-layer.js';
import { kerasWriter } from './keras-writer.js';
import { leavesOf } from './leaves.js';
import { startingLater, type KerasRunner, type RunnerOptions, type RunningModel } from './running.js';

/** A model of Keras that can be quantized. */
export interface KerasPort extends ModelPort<KerasModel> {
  /** The model itself, read once. */
  model(): Promise<KerasModel>;
}

/** A model of Keras that can be quantized and run; `close` frees the running model, and what runs it after that makes another. */
export type RunningKerasPort = KerasPort & RunningModel;

export interface KerasPortOptions extends KerasOptions, RunnerOptions {
  /**
   * What runs the model, for methods that need data: `runner` of `@lowbit/tfjs`. The running model is made when it is first needed, once;
   * `close()` of the port frees it.
   */
  readonly runner?: KerasRunner;
}

/**
 * A model of Keras for `quantize`: a file, or a model that was read already. The result is a model with packed weights and quantized inputs of
 * layers, for `toLayersModel` of `@lowbit/tfjs` and {@link tfjsArtifacts}. The port computes nothing itself: what needs data wants a `runner`.
 *
 * @example
 * const { model, report } = await quantize(keras(bytes), { registry, bits: 4 });
 * @example
 * const port = keras(bytes, { runner }); // runner of @lowbit/tfjs
 * const { model } = await quantize(port, { registry, activations: 'percentile', data: batches });
 * port.close();
 */
export function keras(
  source: KerasSource | KerasModel,
  options: KerasPortOptions & { readonly runner: KerasRunner },
): RunningKerasPort;
export function keras(source: KerasSource | KerasModel, options?: KerasPortOptions): KerasPort;
export function keras(
  source: KerasSource | KerasModel,
  options: KerasPortOptions = {},
): KerasPort | RunningKerasPort {
  const { runner, registry, ...reading } = options;
  const running = defined({ registry });
  checkRunner(runner);
  checkRegistry(registry);
  let read: Promise<KerasModel> | undefined;
  const model = () => (read ??= isModel(source) ? Promise.resolve(source) : readKeras(source, reading));
  return {
    name: 'keras',
    supports: { parameterStorage: ['float32', 'float16', 'two-level'], activations: true },
    model,
    layers: async () => describe((await model()).network),
    cost: packedCost,
    write: (outcome) => checkedWriter(outcome, () => kerasWriter(model, outcome, runner, running)),
    ...(runner !== undefined && startingLater(model, runner, running)),
  };
}

function checkRunner(runner: unknown): void {
  checkArgument(runner === undefined || typeof runner === 'function', runner, {
    where: "keras: option 'runner'",
    expected: 'a function that makes a running model',
    remedy: 'Give runner of @lowbit/tfjs: keras(file, { runner }).',
  });
}

function checkRegistry(registry: unknown): void {
  const fits = registry === undefined || typeof (Object(registry) as Partial<Registry>).list === 'function';
  checkArgument(fits, registry, {
    where: "keras: option 'registry'",
    expected: 'a registry of plugins',
    remedy: 'Write registry([minMax(), …]), with registry of @lowbit/core.',
  });
}

function isModel(source: KerasSource | KerasModel): source is KerasModel {
  return 'network' in source && 'weights' in source;
}

/** The layers for the core, in the order in which they are called. */
function describe(network: KerasNetwork): Promise<readonly LayerDescriptor[]> {
  return Promise.all(leavesOf(network).map(describeLayer));
}
