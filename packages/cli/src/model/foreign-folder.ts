import { readdir, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';

import { LowbitError } from '@lowbit/core';
import { fileError } from '@lowbit/data/node';
import { refuseForeign } from '@lowbit/onnx';

import { readHead } from './read-head.js';

const savedModel = 'saved_model.pb';

/** Refuses the file of a SavedModel by its name: what it holds is spread over its folder. @throws LowbitError `model-foreign`. */
export function refuseSavedModel(file: string): void {
  if (basename(file) === savedModel) throw ofTensorFlow(file, dirname(file));
}

/** What files of other kinds are called that make up a folder, and where a package of Core ML has its model. */
const foreignNames =
  /\.(xml|pdmodel|pdiparams|param|prototxt|caffemodel|tflite|task|mlmodel|safetensors|gguf|pth?|pkl|pte|bin|mnn|ckpt|nemo)$/;
const coreMl = join('Data', 'com.apple.CoreML', 'model.mlmodel');

/** Refuses a folder by the first file of another kind in it. What is none is not looked at. @throws LowbitError `model-foreign`, `model-not-onnx`. */
export async function refuseForeignIn(folder: string): Promise<void> {
  const names: readonly string[] = await readdir(folder).catch(() => []);
  const models = names.filter((name) => /\.(onnx|keras|h5|hdf5)$/.test(name));
  if (models.length > 0 || names.includes(savedModel)) return;
  if (isCoreMlPackage(folder, names)) throw ofCoreMl(folder);
  for (const name of [coreMl, ...names.filter((name) => foreignNames.test(name)).sort()]) {
    const file = join(folder, name);
    const found = await stat(file).catch(() => undefined);
    if (found?.isFile() && found.size > 0) refuseForeign(await readHead(file), file);
  }
}

/** By its name, or by what it holds. */
const isCoreMlPackage = (folder: string, names: readonly string[]): boolean =>
  /\.(mlpackage|mlmodelc)$/.test(basename(folder)) || names.includes('coremldata.bin');

const ofCoreMl = (folder: string): LowbitError =>
  new LowbitError({
    code: 'model-foreign',
    where: folder,
    expected: 'a model of ONNX, TensorFlow.js or Keras',
    received: 'a Core ML model',
    remedy:
      'Give the ONNX file that it was made from, or export the original model to ONNX: it cannot be turned back.',
  });

/**
 * The error on a folder that has no `model.json`, by what it has instead.
 *
 * @throws LowbitError as `fileError` where it cannot be read.
 */
export async function folderError(folder: string): Promise<LowbitError> {
  const names = await readdir(folder).catch((error: unknown) => {
    throw fileError(error, folder, 'read');
  });
  if (names.includes(savedModel)) return ofTensorFlow(folder, folder);
  const [model] = names.filter((name) => /\.(onnx|keras|h5|hdf5)$/.test(name)).sort();
  return new LowbitError({
    code: 'file-missing',
    where: join(folder, 'model.json'),
    expected: 'a file of ONNX or Keras, or a folder that holds the model.json of TensorFlow.js',
    received: model === undefined ? 'a folder without one' : 'a folder of other files',
    remedy:
      model === undefined
        ? 'Check the path; it starts from the folder that the command runs in.'
        : `Give the file itself, for instance ${join(folder, model)}.`,
  });
}

function ofTensorFlow(where: string, folder: string): LowbitError {
  return new LowbitError({
    code: 'model-foreign',
    where,
    expected: 'a model of ONNX, TensorFlow.js or Keras',
    received: 'a SavedModel of TensorFlow',
    remedy:
      `Convert its folder: python -m tf2onnx.convert --saved-model ${folder} --output model.onnx, or ` +
      `tensorflowjs_converter --input_format=tf_saved_model --output_format=tfjs_graph_model ${folder} OUT. ` +
      'Where the model is one of Keras, save it with model.save("model.keras").',
  });
}
