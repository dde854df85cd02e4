import { LowbitError, type Registry } from '@lowbit/core';
import type { KerasModel } from '@lowbit/keras';
import { modelKind } from '@lowbit/tfjs-format';

import type { FoundModel } from '../model/find-model.js';
import { loadTfjs } from '../runtime/load-tfjs.js';
import { buildLayers, disposeModel } from '../tfjs/build-layers.js';
import { readTfjsModel } from '../tfjs/read-model.js';
import { readKerasModel } from './keras-source.js';

/** How a model is read. */
interface KerasReading {
  /** The command that reads, for the error where TensorFlow.js is not there. */
  readonly command: string;
  /** Those that activations of a model of TensorFlow.js may be quantized by. */
  readonly methods: Registry;
  readonly signal: AbortSignal;
  readonly onProgress?: (share: number) => void;
}

/**
 * Reads a model of Keras, or one of TensorFlow.js that is taken as such: it means what TensorFlow.js computes. Whoever asked for it closes it.
 *
 * @throws LowbitError as `readKerasModel`; of TensorFlow.js as `readTfjsModel`, `loadTfjs`, `buildLayers` and `kerasModel`, and `layer-unsupported` for a graph model.
 */
export function readAsKeras(model: FoundModel, reading: KerasReading): Promise<KerasModel> {
  return model.isTfjs === true
    ? tfjsAsKeras(model.file, reading)
    : readKerasModel(model, reading.signal, reading.onProgress);
}

async function tfjsAsKeras(file: string, { command, methods, signal }: KerasReading): Promise<KerasModel> {
  const read = await readTfjsModel(file, signal);
  if (modelKind(read.json) === 'graph-model') throw ofGraph(file);
  const tfjs = await loadTfjs(command);
  const model = await buildLayers(tfjs, read, methods);
  try {
    return { ...(await tfjs.lowbit.kerasModel(model, { signal })), fileBytes: read.totalBytes };
  } finally {
    disposeModel(model);
  }
}

function ofGraph(where: string): LowbitError {
  return new LowbitError({
    code: 'layer-unsupported',
    where,
    expected: 'a layers model, whose layers have operators of ONNX',
    received: 'a graph model, which holds operations of TensorFlow',
    remedy:
      'Convert what it was made from: a model of Keras with `lowbit import FILE --to onnx`, a SavedModel with tf2onnx in Python, which takes graph models too (python -m tf2onnx.convert --tfjs FILE --output model.onnx).',
  });
}
