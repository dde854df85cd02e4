import { LowbitError } from '@lowbit/core';
import { empty } from '../errors.js';
import { startsAsIndex } from './part-index.js';

/** What the first bytes of a file say it is. */
export type FileKind = 'hdf5' | 'zip' | 'json';

/** Bytes that are needed to tell the kind of a file: HDF5 may begin after 512, 1024, 2048 … bytes of something else. */
export const headBytes = 4096;

const hdf5Signature = [0x89, 0x48, 0x44, 0x46, 0x0d, 0x0a, 0x1a, 0x0a];
const zipSignature = [0x50, 0x4b, 0x03, 0x04];

interface Stranger {
  readonly what: string;
  readonly remedy: string;
  matches(head: Uint8Array, text: string, name: string): boolean;
}

const savedModel: Stranger = {
  what: 'a part of a SavedModel folder of TensorFlow',
  remedy:
    'A SavedModel is a program, not layers: load it in Python and save it with model.save("model.keras"), or convert it with tf2onnx and quantize the ONNX file.',
  matches: (head, _, name) =>
    /(saved_model|keras_metadata|fingerprint)\.pb$/.test(name) ||
    (head[0] === 8 && head[1] === 1 && head[2] === 0x12),
};

/** Files of other kinds, and what to do with each. The first that matches is told. */
const strangers: readonly Stranger[] = [
  {
    what: 'a TensorFlow Lite model',
    remedy:
      'It holds operations that were converted for devices, not layers: give the Keras model that it was made from.',
    matches: (_, text, name) => text.slice(4, 8) === 'TFL3' || /\.(tflite|lite)$/.test(name),
  },
  savedModel,
  {
    what: 'a graph of TensorFlow',
    remedy:
      'It holds operations, not layers: give the Keras model that it was made from, or convert it (python -m tf2onnx.convert --graphdef FILE …) and quantize the ONNX file.',
    matches: (_, __, name) => name.endsWith('.pb'),
  },
  {
    what: 'a part of a checkpoint of TensorFlow or of a SavedModel folder',
    remedy:
      'It holds values without layers: load it in Python, and save the model with model.save("model.keras").',
    matches: (_, __, name) => /(\.data-\d+-of-\d+|\.index|(^|\/)checkpoint)$/.test(name),
  },
  {
    what: 'a pickled file of Python',
    remedy:
      'It is a program that runs when it is opened, and lowbit runs none: save the model with model.save("model.keras").',
    matches: (head, text, name) =>
      (head[0] === 0x80 && head[1]! >= 2 && head[1]! <= 5) ||
      // The first protocols are text: a list, a dictionary, a tuple, or the name of a class.
      /^(\([ldt]p\d+\n|[\]})]q|c[\w.]+\n[\w.]+\n)/.test(text) ||
      /\.(pkl|pickle|joblib)$/.test(name),
  },
  {
    what: 'an array of numpy',
    remedy:
      'Arrays alone do not tell which layers they are for: save the model with model.save("model.keras").',
    matches: (head) => startsWith(head, [0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59]),
  },
  {
    what: 'weights in the form of safetensors',
    remedy: 'They come without layers: save the model with model.save("model.keras").',
    matches: (head, text, name) =>
      name.endsWith('.safetensors') || (text[8] === '{' && head[6] === 0 && head[7] === 0),
  },
  {
    what: 'a GGUF file',
    remedy: 'It holds weights without layers of Keras.',
    matches: (_, text) => text.startsWith('GGUF'),
  },
  {
    what: 'a pointer of Git LFS',
    remedy: 'Fetch the file itself: git lfs pull.',
    matches: (_, text) => text.startsWith('version https://git-lfs'),
  },
  {
    what: 'a model of OpenVINO',
    remedy: 'It holds operations, not layers: give the Keras model that it was made from.',
    matches: (_, text) => /^(<\?xml[^>]*>\s*)?<net\s/.test(text),
  },
  {
    what: 'a web page',
    remedy: 'Use the direct link of the file.',
    matches: (_, text) => /^\s*<(!doctype|html|\?xml)/i.test(text),
  },
  {
    what: 'a gzip archive',
    remedy: 'Unpack it first.',
    matches: (head) => head[0] === 0x1f && head[1] === 0x8b,
  },
  {
    what: 'an ONNX model',
    remedy: 'Quantize it with `lowbit quantize`, or in code with onnx() of @lowbit/onnx.',
    matches: (head, _, name) =>
      name.endsWith('.onnx') || (head[0] === 8 && head[1]! <= 20 && head[2] === 0x12),
  },
];

/**
 * What a file is, by its first bytes and its name.
 *
 * @throws LowbitError `model-empty`, `model-not-keras` for a file of another kind, which is named.
 */
export function fileKind(head: Uint8Array, name: string): FileKind {
  if (head.length === 0) throw empty(name);
  // An archive may hold a file of weights at one of these places.
  if (startsWith(head, zipSignature)) return 'zip';
  for (let at = 0; at < head.length; at = at === 0 ? 512 : at * 2)
    if (startsWith(head.subarray(at), hdf5Signature)) return 'hdf5';
  const text = new TextDecoder('latin1').decode(head.subarray(0, 256));
  const stranger = strangers.find(({ matches }) => matches(head, text, name.toLowerCase()));
  if (stranger !== undefined) throw notKeras(name, stranger.what, stranger.remedy);
  if (/^(\xef\xbb\xbf)?\s*[[{]/.test(text)) return 'json';
  throw notKeras(name, 'bytes of no kind that is known', 'Save the model with model.save("model.keras").');
}

/** What a JSON text alone is, by the names in its first bytes. */
export function strangeJson(head: Uint8Array, where: string): LowbitError {
  const text = new TextDecoder().decode(head);
  if (text.includes('"modelTopology"'))
    return notKeras(
      where,
      'the model.json of a TensorFlow.js model',
      'Give it with its weight files: { modelJson, shards }.',
    );
  if (startsAsIndex(text))
    return notKeras(
      where,
      'the index of weights in parts, without a topology',
      'Give the topology and every part too: { topology, weights: [index, part, …] }.',
    );
  return text.includes('"class_name"')
    ? notKeras(where, 'a topology without weights', 'Give it with the weights: { topology, weights }.')
    : notKeras(where, 'a JSON text that is no topology', 'Save the model with model.save("model.keras").');
}

/** The error for a file that is no model of Keras. */
export function notKeras(where: string, received: string, remedy: string): LowbitError {
  const expected = 'a .keras or .h5 file, or a topology with weights';
  return new LowbitError({ code: 'model-not-keras', where, expected, received, remedy });
}

/** What a zip archive is that is no `.keras` file, by the names in it. */
export function strangeArchive(names: readonly string[], where: string): LowbitError {
  if (names.some((name) => /(^|\/)saved_model\.pb$/.test(name)))
    return notKeras(where, 'an archive of a SavedModel folder of TensorFlow', savedModel.remedy);
  if (names.some((name) => /\/data\.pkl$/.test(name)))
    return notKeras(
      where,
      'a checkpoint of PyTorch',
      'Export it with torch.onnx.export and quantize the ONNX file.',
    );
  if (names.length > 0 && names.every((name) => name.endsWith('.npy')))
    return notKeras(
      where,
      'arrays of numpy without layers',
      'Save the weights with model.save_weights("model.weights.h5") and give them with the topology: { topology, weights }.',
    );
  if (names.some((name) => /(^|\/)model\.json$/.test(name)))
    return notKeras(
      where,
      'an archive of a TensorFlow.js model',
      'Unpack it, and give { modelJson, shards }.',
    );
  return notKeras(where, 'an archive without config.json', 'Save the model with model.save("model.keras").');
}

function startsWith(bytes: Uint8Array, signature: readonly number[]): boolean {
  return signature.every((byte, i) => bytes[i] === byte);
}
