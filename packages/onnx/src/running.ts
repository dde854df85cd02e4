import type { Batch, ModelPort, SessionOptions } from '@lowbit/core';
import { activationSites } from './activations/activation-sites.js';
import { measureFeatures } from './observe/features.js';
import { observeModel } from './observe/observe-model.js';
import type { OrtRuntime } from './observe/ort.js';
import { runModel, type RunOutputs } from './observe/run-model.js';
import { withFiles } from './observe/with-files.js';
import { describeSource, readSource, type Source } from './source.js';
import { writeModel } from './write/write-model.js';

/** What a port can do that may run the model. */
export interface Running extends Required<Pick<ModelPort<unknown>, 'observe' | 'features'>> {
  run(batches: Iterable<Batch> | AsyncIterable<Batch>, options?: SessionOptions): AsyncIterable<RunOutputs>;
}

/** Runs a model in a runtime, whose sessions are given the files beside the model. */
export function running(source: Source, ort: OrtRuntime): Running {
  return {
    async observe(batches, options) {
      const { model, normals } = await readSource(source);
      const offered = activationSites(model, describeSource(model, source), source, normals);
      const sites = new Map([...offered.values()].flat().map((site) => [site.id, site]));
      const wanted = options?.sites ?? [...sites.keys()];
      return observeModel(
        model,
        wanted.flatMap((id) => sites.get(id) ?? []),
        await withFiles(ort, model, source.files),
        batches,
        options,
      );
    },
    async features(batches, options) {
      const { model } = await readSource(source);
      const runtime = await withFiles(ort, model, source.files);
      return measureFeatures(model, describeSource(model, source).layers, runtime, batches, options);
    },
    async *run(batches, options) {
      const { model } = await readSource({ ...source, integers: undefined });
      // Runtimes want shapes inside, where reading has put them.
      const bytes = source.files === undefined ? source.bytes : writeModel(model);
      yield* runModel(model, bytes, await withFiles(ort, model, source.files), batches, options);
    },
  };
}
