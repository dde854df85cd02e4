import type { Registry } from '@lowbit/core';
import { calibrationInputs } from '@lowbit/data';
import { alignNames, checkInterfaces, compareModels, type RunnableModel } from '@lowbit/report';
import { modelKind } from '@lowbit/tfjs-format';

import { readKerasAsTfjs } from './read-keras.js';
import type { FoundModel } from '../model/find-model.js';
import { loadTfjs, type Tfjs } from '../runtime/load-tfjs.js';
import { buildLayers } from '../tfjs/build-layers.js';
import { loadRunningGraph } from '../tfjs/running-graph.js';
import { readTfjsModel, type TfjsFile } from '../tfjs/read-model.js';
import type { ComparedPair } from './compared-pair.js';

/**
 * Two models in TensorFlow.js, layers or graphs, or models of Keras.
 *
 * @param methods - those that their activations may be quantized by
 * @throws LowbitError of reading, building, or for different inputs.
 */
export async function tfjsPair(
  [first, second]: readonly [FoundModel, FoundModel],
  methods: Registry,
  signal: AbortSignal,
): Promise<ComparedPair> {
  const files = [await readModel(first, signal), await readModel(second, signal)] as const;
  const tfjs = await loadTfjs('compare');
  const opened: RunnableModel[] = [];
  const release = () => opened.forEach((model) => model.close());
  try {
    for (const file of files) opened.push(await openModel(tfjs, file, methods));
    return pairOf(tfjs, files, opened as [RunnableModel, RunnableModel], release);
  } catch (error) {
    release();
    throw error;
  }
}

/** The files of a model, which for one of Keras are made in memory. */
function readModel(model: FoundModel, signal: AbortSignal): Promise<TfjsFile> {
  return model.kind === 'keras' ? readKerasAsTfjs(model, signal) : readTfjsModel(model.file, signal);
}

async function openModel(tfjs: Tfjs, file: TfjsFile, methods: Registry): Promise<RunnableModel> {
  if (modelKind(file.json) === 'graph-model') return (await loadRunningGraph(file, 'compare')).runnable;
  return tfjs.lowbit.runnableLayers(await buildLayers(tfjs, file, methods), file.file);
}

function pairOf(
  { core }: Tfjs,
  [first, second]: readonly [TfjsFile, TfjsFile],
  [a, given]: readonly [RunnableModel, RunnableModel],
  release: () => void,
): ComparedPair {
  const b = alignNames(given, a);
  checkInterfaces(a, b);
  return {
    a: { file: first.file, bytes: first.totalBytes },
    b: { file: second.file, bytes: second.totalBytes },
    runtime: `TensorFlow.js ${core.version_core}, WebAssembly, one thread`,
    inputs: calibrationInputs(a.inputs, first.file),
    compare: ({ batches }, settings) => compareModels(a, b, batches, settings),
    release,
  };
}
