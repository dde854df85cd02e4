import { savedModelRemedy } from './sniff-tensorflow.js';
import { zipNames } from './zip-names.js';

/** What a file is, and what to do with it. */
export interface ForeignFile {
  readonly name: string;
  readonly remedy: string;
}

/** Where a checkpoint of PyTorch comes from. */
export const torchRemedy =
  "Export the model to ONNX: torch.onnx.export(model, inputs, 'model.onnx'), with its weights loaded.";
/** Where any other pickle comes from. */
export const pickleRemedy = `${torchRemedy} A model of scikit-learn: skl2onnx.to_onnx(model, X[:1]), written as a file.`;
export const arraysRemedy = 'Give the path of the model, not of its data.';

const kerasRemedy =
  "Export the model to ONNX: keras.saving.load_model(FILE).export('model.onnx', format='onnx'), with Keras 3.8 or later.";

const torch: ForeignFile = { name: 'a PyTorch checkpoint', remedy: torchRemedy };

interface ZipKind extends ForeignFile {
  /** Tells it by the names of the files in it, a line each, or by the file's start where these are not found. */
  readonly holds: RegExp;
}

const kinds: readonly ZipKind[] = [
  {
    name: 'a zip archive with an ONNX file in it',
    remedy: 'Unpack it and give the .onnx file in it.',
    holds: /\.onnx$/m,
  },
  {
    name: 'a Keras .keras file',
    remedy: kerasRemedy,
    holds: /model\.weights\.h5|^metadata\.json/m,
  },
  { ...torch, holds: /data\.pkl|\.format_version|\/version$/m },
  {
    name: 'a bundle of TensorFlow Lite models, as MediaPipe takes',
    remedy: 'Export the original model to ONNX or TensorFlow.js: a bundle cannot be turned back.',
    holds: /\.tflite$|^TF_LITE/m,
  },
  {
    name: 'an archive of a Core ML model',
    remedy:
      'Give the ONNX file that it was made from, or export the original model to ONNX: it cannot be turned back.',
    holds: /com\.apple\.CoreML|\.mlmodel(c\/|$)/m,
  },
  {
    name: 'a zip archive of a SavedModel of TensorFlow',
    remedy: `Unpack it. ${savedModelRemedy}`,
    holds: /saved_model\.pb/,
  },
  {
    name: 'a zip archive of a TensorFlow.js model',
    remedy: 'Unpack it and give the model.json in it.',
    holds: /model\.json$/m,
  },
  { name: 'an archive of numpy arrays', remedy: arraysRemedy, holds: /\.npy/ },
];

const unknown: ForeignFile = {
  name: 'a zip archive',
  remedy: 'Unpack it and give the model in it; if there is none, export the model to ONNX.',
};

/** Whose files tell nothing by what is inside, as damaged ones do, by what they are called. */
const torchNames = /\.(pt|pth|ckpt|bin)$/i;

/** What a zip archive is, by what is inside; `undefined` for any other file. */
export function sniffZip(bytes: Uint8Array, where: string): ForeignFile | undefined {
  if (![0x50, 0x4b, 0x03, 0x04].every((byte, index) => bytes[index] === byte)) return undefined;
  const names = zipNames(bytes)?.join('\n') ?? firstName(bytes);
  const found = kinds.find(({ holds }) => holds.test(names));
  return found ?? (torchNames.test(where) ? torch : unknown);
}

/** The start of the file, which holds the name of the first file in it. */
const firstName = (bytes: Uint8Array): string => {
  const length = (bytes[26] ?? 0) || 64;
  return String.fromCharCode(...bytes.subarray(30, 30 + length));
};
