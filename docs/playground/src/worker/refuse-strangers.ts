import { isLowbitError, LowbitError } from '@lowbit/core';
import { refuseForeign } from '@lowbit/onnx';

/** Enough for what tells kinds of files apart. */
const headBytes = 4096;
/** More bytes than these are read at once nowhere. */
const readable = 2 ** 31;

/**
 * Refuses files of other kinds by their first bytes, where they are too large to be read, or lie beside JSON that is no model, as weights
 * for other runtimes do. All other files are told by their readers.
 *
 * @param json - that lies among them
 * @throws LowbitError `model-not-onnx`.
 */
export async function refuseStrangers(files: readonly File[], json: File | undefined): Promise<void> {
  const isNoModel = json !== undefined && !(await json.text()).includes('"weightsManifest"');
  for (const file of files) {
    if (file === json || file.size === 0 || !(isNoModel || file.size >= readable)) continue;
    refuseForeign(new Uint8Array(await file.slice(0, headBytes).arrayBuffer()), file.name);
  }
}

/** Kinds of files that are made of models of Keras, as `received` names them. */
const madeByKeras = /SavedModel|TensorFlow Lite|pickle|numpy|npz/;

/** An error of the reader of ONNX files in the words of the page, which takes models of other kinds too. */
export function inWordsOfPage(error: unknown): unknown {
  if (!isLowbitError(error) || error.code !== 'model-not-onnx') return error;
  const { code, where, received = 'another file', remedy = '' } = error;
  const expected = 'an ONNX file, a model.json of TensorFlow.js with its weights, or a .keras or .h5 file';
  const ofKeras = madeByKeras.test(received)
    ? ' A model of Keras is read as it is saved by model.save("model.keras").'
    : '';
  return new LowbitError({ code, where, expected, received, remedy: remedy + ofKeras }, { cause: error });
}
