import type { LayerDescriptor, RunOptions, RunOutputs } from '@lowbit/core';
import {
  type CaptureInputsOptions,
  checkOptions,
  checkPortOptions,
  defined,
  type OptionTypes,
} from '@lowbit/core/adapter';
import type { KerasModel, RunnerOptions, RunningModel } from '@lowbit/keras';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import { registryType } from '../io/load-model.js';
import { disposeWeights } from '../model/dispose-weights.js';
import { surveyModel } from '../model/survey.js';
import { features } from '../observe/features.js';
import { captureLayers, type LayersWeight, observeLayers } from '../observe/inputs/observe-layers.js';
import { observe } from '../observe/observe.js';
import { runModel, stranger } from '../observe/run.js';
import { namesOfKeras, type NamesOfKeras } from './names-of-keras.js';
import { renamedInputs } from './renamed-inputs.js';
import { toLayersModel } from './to-layers-model.js';

const types: OptionTypes<RunnerOptions> = { registry: registryType };

/**
 * Runs models of Keras for `keras` of `@lowbit/keras`, on the backend that is set: for methods that need data, and whatever else looks at a
 * running model.
 *
 * @param options The registry of the quantizers of activations, for a model that has some.
 * @throws LowbitError as `toLayersModel`.
 * @example
 * const port = keras(file, { runner });
 * const { model } = await quantize(port, { registry, activations: 'percentile', data: batches });
 * port.close();
 */
export async function runner(model: KerasModel, options: RunnerOptions = {}): Promise<RunningModel> {
  checkOptions(options, types, 'runner');
  const { keras, tfjsNames } = await import('@lowbit/keras');
  const running = await toLayersModel(model, options);
  const layers = await keras(model).layers();
  const names = namesOfKeras(tfjsNames(model), layers, running);
  const named = renamedInputs(model, running);
  const weightsFor = (call: 'observeInputs' | 'captureInputs', options: CaptureInputsOptions) => {
    const weights = weightsOf(layers, names, running);
    const ids = weights.map(({ id }) => id);
    checkPortOptions(call, options, ids);
    return weights;
  };
  return {
    async observe(batches, options = {}) {
      checkPortOptions('observe', options, [...names.sites.keys()]);
      const wanted = options.sites ?? [...names.sites.keys()];
      const sites = wanted.map((id) => names.sites.get(id)!.id);
      const observed = await observe(running, named(batches), { ...options, sites });
      const statistics = wanted.map((id, i) => [id, observed.sites[sites[i]!]!] as const);
      return { ...observed, port: 'keras', sites: Object.fromEntries(statistics) };
    },
    async observeInputs(batches, options) {
      return observeLayers(running, weightsFor('observeInputs', options), named(batches), options);
    },
    async captureInputs(batches, options) {
      return captureLayers(running, weightsFor('captureInputs', options), named(batches), options);
    },
    async features(batches, options) {
      const { labels, layers } = await features(running, named(batches), options);
      return { labels, layers: new Map([...layers].map(([id, rows]) => [names.layers.get(id) ?? id, rows])) };
    },
    async *run(batches, options = {}) {
      checkPortOptions('run', options);
      const { replace, want = [] } = options;
      const tensors = want.map((name) => tensorOf(name, names));
      const values = replace && replacedVariables(replace, names);
      const given = { ...options, want: tensors, ...defined({ replace: values }) };
      for await (const outputs of runModel(running, named(batches), given))
        yield renamed(
          outputs,
          tensors.map((tensor, i) => [tensor, want[i]!]),
        );
    },
    close: () => disposeWeights(running),
  };
}

/** The weights of the model of Keras, with the variables that hold them in the running one. */
function weightsOf(
  layers: readonly LayerDescriptor[],
  { variables }: NamesOfKeras,
  running: LayersModel,
): readonly LayersWeight[] {
  const all = surveyModel(running).flatMap((layer) => layer.variables);
  const held = new Map(all.map(({ id, variable }) => [id, variable]));
  const unique = new Map(layers.flatMap(({ weights }) => weights).map((weight) => [weight.id, weight]));
  return [...unique.values()].map(({ id, shape, outputAxes }) => ({
    ...{ id, shape, outputAxes },
    variables: (variables.get(id) ?? []).flatMap((own) => held.get(own) ?? []),
  }));
}

function tensorOf(name: string, { tensors }: NamesOfKeras): string {
  const site = tensors.get(name);
  if (site === undefined) throw stranger('want', 'names of tensors of sites', name, [...tensors.keys()]);
  return site.tensor;
}

function replacedVariables(
  replace: NonNullable<RunOptions['replace']>,
  { variables }: NamesOfKeras,
): ReadonlyMap<string, Float32Array> {
  const values = [...replace].flatMap(([id, numbers]) => {
    const own = variables.get(id);
    if (own === undefined)
      throw stranger('replace', 'ids of weights of the model', id, [...variables.keys()]);
    return own.map((variable) => [variable, numbers] as const);
  });
  return new Map(values);
}

/** The outputs, and the tensors under the names by which they were wanted. */
function renamed(outputs: RunOutputs, tensors: readonly (readonly [string, string])[]): RunOutputs {
  const inner = new Set(tensors.map(([tensor]) => tensor));
  const own = Object.entries(outputs).filter(([name]) => !inner.has(name));
  return Object.fromEntries([...own, ...tensors.map(([tensor, name]) => [name, outputs[tensor]!] as const)]);
}
