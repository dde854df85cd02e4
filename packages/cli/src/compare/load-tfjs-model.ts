import type { Registry } from '@lowbit/core';
import type { RunnableModel } from '@lowbit/report';
import { modelKind } from '@lowbit/tfjs-format';

import { readKerasAsTfjs } from './read-keras.js';
import type { FoundModel } from '../model/find-model.js';
import { loadTfjs, type Tfjs } from '../runtime/load-tfjs.js';
import { buildLayers } from '../tfjs/build-layers.js';
import { loadRunningGraph } from '../tfjs/running-graph.js';
import { readTfjsModel, type TfjsFile } from '../tfjs/read-model.js';
import type { LoadedModel } from './compared-pair.js';

/**
 * A model in TensorFlow.js, of layers or a graph, or one of Keras.
 *
 * @param methods - those that its activations may be quantized by
 * @throws LowbitError of reading and building.
 */
export async function loadTfjsModel(
  found: FoundModel,
  methods: Registry,
  signal: AbortSignal,
): Promise<LoadedModel> {
  const file =
    found.kind === 'keras' ? await readKerasAsTfjs(found, signal) : await readTfjsModel(found.file, signal);
  const tfjs = await loadTfjs('compare');
  const model = await openModel(tfjs, file, methods);
  return { model, bytes: file.totalBytes, runtime: `TensorFlow.js ${tfjs.core.version_core}` };
}

async function openModel(tfjs: Tfjs, file: TfjsFile, methods: Registry): Promise<RunnableModel> {
  if (modelKind(file.json) === 'graph-model') return (await loadRunningGraph(file, 'compare')).runnable;
  return tfjs.lowbit.runnableLayers(await buildLayers(tfjs, file, methods), file.file);
}
