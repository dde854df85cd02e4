import { interfaceOf, openRunnable, readModel, type ExternalFile, type OnnxModel } from '@lowbit/onnx';

import { readExternal } from '../files/read-external.js';
import { readInput } from '../files/read-input.js';
import { readKerasAsOnnx } from './read-keras.js';
import type { FoundModel } from '../model/find-model.js';
import { loadRuntime } from '../runtime/load-runtime.js';
import type { LoadedModel } from './compared-pair.js';

/** A model as read from its file, and from the files beside it. */
export interface ModelFile {
  readonly model: OnnxModel;
  readonly bytes: Uint8Array;
  readonly externalData: readonly ExternalFile[];
  /** Of the file of another kind that it was made from. */
  readonly fileBytes?: number;
}

/**
 * An ONNX model, or one of Keras as such, in onnxruntime-web.
 *
 * @throws LowbitError as `loadRuntime`; for a file that cannot be read, is no model, or names data outside its folder; `runtime-failed`.
 */
export async function loadOnnx(found: FoundModel, signal: AbortSignal): Promise<LoadedModel> {
  const runtime = await loadRuntime('compare');
  const { model, bytes, externalData, fileBytes } = await readModelFile(found, signal);
  const own = externalData.reduce((sum, { data }) => sum + data.length, bytes.length);
  const runnable = await openRunnable(model, bytes, runtime, {
    executionProviders: ['wasm'],
    externalData,
    remedy:
      'Give inputs of the shapes and ranges that the model is made for: --input, or other sizes with --dim.',
  });
  const name = `onnxruntime-web ${runtime.env.versions.web ?? ''}`.trim();
  return { model: runnable, bytes: fileBytes ?? own, runtime: name };
}

async function readModelFile(found: FoundModel, signal: AbortSignal): Promise<ModelFile> {
  const { file } = found;
  if (found.kind === 'keras') return readKerasAsOnnx(found, signal);
  const bytes = await readInput(file, signal);
  const model = readModel(bytes, file);
  const externalData: ExternalFile[] = [];
  for (const path of interfaceOf(model).externalFiles)
    externalData.push({ path, data: await readExternal(file, path, signal) });
  return { model, bytes, externalData };
}
