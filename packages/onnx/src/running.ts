import type { Batch, ModelPort, SessionOptions } from '@lowbit/core';
import { activationSites } from './activations/activation-sites.js';
import { measureFeatures } from './observe/features.js';
import { observeModel } from './observe/observe-model.js';
import { checkObserveOptions, checkSessionOptions } from './observe/observe-options.js';
import type { OrtRuntime } from './observe/ort.js';
import { runModel, type RunOutputs } from './observe/run-model.js';
import { withFiles } from './observe/with-files.js';
import { type DescribedSource, readSource, type Source } from './source.js';
import { writeModel } from './write/write-model.js';

/** What a port can do that may run the model. */
export interface Running extends Required<Pick<ModelPort<unknown>, 'observe' | 'features'>> {
  run(batches: Iterable<Batch> | AsyncIterable<Batch>, options?: SessionOptions): AsyncIterable<RunOutputs>;
}

/** Gives the model as it was read to what does not change it, and keeps others from changing it meanwhile. */
export type Lend = <T>(use: (read: DescribedSource) => Promise<T>) => Promise<T>;

/** Runs a model in a runtime, whose sessions are given the files beside the model. */
export function running(source: Source, ort: OrtRuntime, lend: Lend): Running {
  return {
    observe: (batches, options) =>
      lend(async ({ model, normals, description }) => {
        const offered = activationSites(model, description, source, normals);
        const sites = new Map([...offered.values()].flat().map((site) => [site.id, site]));
        checkObserveOptions(options, [...sites.keys()]);
        const wanted = options?.sites ?? [...sites.keys()];
        return observeModel(
          model,
          wanted.flatMap((id) => sites.get(id) ?? []),
          await withFiles(ort, model, source.files),
          batches,
          options,
        );
      }),
    features: (batches, options) =>
      lend(async ({ model, description }) => {
        checkSessionOptions(options, 'features');
        const runtime = await withFiles(ort, model, source.files);
        return measureFeatures(model, description.layers, runtime, batches, options);
      }),
    async *run(batches, options) {
      checkSessionOptions(options, 'run');
      const { model, renamed } = await readSource({ ...source, integers: undefined });
      // Runtimes want shapes inside, and names that do not repeat: reading has seen to both.
      const bytes = source.files === undefined && !renamed ? source.bytes : writeModel(model);
      yield* runModel(model, bytes, await withFiles(ort, model, source.files), batches, options);
    },
  };
}
