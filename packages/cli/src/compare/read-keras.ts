import { defined } from '@lowbit/core/adapter';
import { readModel } from '@lowbit/onnx';
import type { KerasModel } from '@lowbit/keras';
import { artifactWeights, modelFiles, parseModelJson } from '@lowbit/tfjs-format';

import type { ModelFile } from './load-onnx.js';
import type { TfjsFile } from '../tfjs/read-model.js';
import { readKerasModel, type KerasPlace } from '../keras/keras-source.js';

/** A model of Keras as TensorFlow.js runs it, with the size of its own file. */
export function readKerasAsTfjs(place: KerasPlace, signal: AbortSignal): Promise<TfjsFile> {
  const { file } = place;
  return reading(place, signal, async (model) => {
    const { tfjsArtifacts } = await import('@lowbit/keras');
    const artifacts = await tfjsArtifacts(model, { signal });
    const { json } = modelFiles(artifacts, file);
    const totalBytes = model.fileBytes ?? json.length + artifacts.weightData.byteLength;
    const weights = artifactWeights(artifacts, file);
    return { file, json: parseModelJson(json, file), bytes: json.length, weights, totalBytes };
  });
}

/** A model of Keras as onnxruntime-web runs it, with the size of its own file. */
export function readKerasAsOnnx(place: KerasPlace, signal: AbortSignal): Promise<ModelFile> {
  const { file } = place;
  return reading(place, signal, async (model) => {
    const { toOnnx } = await import('@lowbit/keras-onnx');
    const { bytes, externalData = [] } = await toOnnx(model, { signal });
    return { model: readModel(bytes, file), bytes, externalData, ...defined({ fileBytes: model.fileBytes }) };
  });
}

/** Opens a model for some work, and closes it. */
async function reading<T>(
  place: KerasPlace,
  signal: AbortSignal,
  work: (model: KerasModel) => Promise<T>,
): Promise<T> {
  const model = await readKerasModel(place, signal);
  try {
    return await work(model);
  } finally {
    model.close();
  }
}
