import type { LayerDescriptor, ModelPort, RunOptions } from '@lowbit/core';
import { type CaptureInputsOptions, checkPortOptions } from '@lowbit/core/adapter';
import { activationSites } from './activations/activation-sites.js';
import { measureFeatures } from './observe/features.js';
import type { WeightSite } from './describe/weight-site.js';
import { captureInputs } from './observe/inputs/capture-inputs.js';
import { observeInputs } from './observe/inputs/observe-inputs.js';
import { observeModel } from './observe/observe-model.js';
import type { OrtRuntime } from './observe/ort.js';
import { readableOutputs } from './observe/readable-outputs.js';
import { replacingSessions, type Opened } from './replacing-sessions.js';
import { openModel, runBatches } from './observe/run-model.js';
import { withFiles } from './observe/with-files.js';
import { type DescribedSource, readDescribed, readSource, type ModelSource } from './model-source.js';
import { writeModel } from './model/write-model.js';

/** What a port can do that may run the model. */
type Running = Required<
  Pick<ModelPort<unknown>, 'observe' | 'observeInputs' | 'captureInputs' | 'features' | 'run'>
>;

/** Gives the model as it was read to what does not change it, and keeps others from changing it meanwhile. */
export type Lend = <T>(use: (read: DescribedSource) => Promise<T>) => Promise<T>;

/** Runs a model in a runtime, whose sessions are given the files beside the model. */
export function running(
  source: ModelSource,
  ort: OrtRuntime,
  lend: Lend,
  layers: () => Promise<readonly LayerDescriptor[]>,
): Running {
  const sessions = replacingSessions(source, ort, layers);
  const openPlain = async (): Promise<Opened> => {
    await sessions.release();
    const { model: given, changed } = await readSource({ ...source, integers: undefined, halves: undefined });
    const readable = readableOutputs(given);
    const { model } = readable;
    // Runtimes want shapes inside, names that do not repeat, operators that they know: reading has seen to all.
    const isOwn = source.files === undefined && !changed && model === given;
    const bytes = isOwn ? source.bytes : writeModel(model);
    const open = await openModel(readable, bytes, await withFiles(ort, model, source.files));
    return { open, more: {}, close: () => open.session.release() };
  };
  return {
    observe: (batches, options = {}) =>
      lend(async ({ model, normals, description }) => {
        const offered = activationSites(model, description, source, normals);
        const sites = new Map([...offered.values()].flat().map((site) => [site.id, site]));
        checkPortOptions('observe', options, [...sites.keys()]);
        const wanted = (options.sites ?? [...sites.keys()]).flatMap((id) => sites.get(id) ?? []);
        return observeModel(model, wanted, await withFiles(ort, model, source.files), batches, options);
      }),
    ...observingInputs(source, ort, lend),
    features: (batches, options = {}) =>
      lend(async ({ model, description }) => {
        checkPortOptions('features', options);
        const runtime = await withFiles(ort, model, source.files);
        return measureFeatures(model, description.layers, runtime, batches, options);
      }),
    async *run(batches, options: RunOptions = {}) {
      checkPortOptions('run', options);
      const { replace = new Map<string, Float32Array>(), want = [] } = options;
      const isPlain = replace.size === 0 && want.length === 0;
      const opened = isPlain ? await openPlain() : await sessions.open({ replace, want });
      try {
        yield* runBatches(opened.open, batches, options, opened.more, want);
      } finally {
        await opened.close();
      }
    },
  };
}

/** What a port can tell of the inputs of weights, of all at once or one after the other. */
function observingInputs(
  source: ModelSource,
  ort: OrtRuntime,
  lend: Lend,
): Pick<Running, 'observeInputs' | 'captureInputs'> {
  const check = (
    call: 'observeInputs' | 'captureInputs',
    options: CaptureInputsOptions,
    sites: readonly WeightSite[],
  ) =>
    checkPortOptions(
      call,
      options,
      sites.map(({ id }) => id),
    );
  return {
    observeInputs: (batches, options) =>
      lend(async ({ model, description: { sites } }) => {
        check('observeInputs', options, sites);
        const wanted = new Set(options.weights);
        const runtime = await withFiles(ort, model, source.files);
        const asked = sites.filter(({ id }) => wanted.has(id));
        return observeInputs({ model, ort: runtime, batches }, asked, options);
      }),
    async captureInputs(batches, options) {
      const { model, description } = await readDescribed({ ...source, integers: undefined });
      check('captureInputs', options, description.sites);
      const runtime = await withFiles(ort, model, source.files);
      return captureInputs({ model, ort: runtime, batches }, description.sites, options);
    },
  };
}
