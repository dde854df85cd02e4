import { LowbitError } from '@lowbit/core';
import { arraysRemedy, sniffZip, torchRemedy, type ForeignFile } from './sniff-zip.js';
import { isGraphDef, isSavedModel, savedModelRemedy } from './sniff-tensorflow.js';

interface Kind extends ForeignFile {
  readonly matches: (bytes: Uint8Array, text: string) => boolean;
}

const startsWith =
  (...signature: number[]) =>
  (bytes: Uint8Array) =>
    signature.every((byte, index) => bytes[index] === byte);

/** FlatBuffers start with a small 32-bit offset, then four letters that say what they hold. */
const flatBuffer = (letters: string) => (bytes: Uint8Array, text: string) =>
  bytes[1] === 0 && bytes[2] === 0 && bytes[3] === 0 && text.slice(4, 8) === letters;

/** Text without a byte order mark (as Latin-1) and white space in front. */
const textStart = (text: string) => text.replace(/^(\u00ef\u00bb\u00bf)?\s*/, '');

const image = 'Give the path of the model, not of an image.';
const keras =
  'Turn it into a model of TensorFlow.js with lowbit import FILE and quantize that, or export the model to ONNX.';
const weightsAlone =
  'It holds weights without the graph that uses them: export the model itself to ONNX, for instance with optimum-cli export onnx.';

/** Protocols 2 to 5. */
const isPickle = ([first, protocol = 0]: Uint8Array) => first === 0x80 && protocol >= 2 && protocol <= 5;

/** The length of a JSON header in 8 bytes, and the header. */
const isSafetensors = (bytes: Uint8Array, text: string) =>
  bytes.length > 10 && bytes.subarray(5, 8).every((byte) => byte === 0) && text.slice(8, 10) === '{"';

/** Files that people pass by mistake. No ONNX model starts like any of them. */
const kinds: readonly Kind[] = [
  {
    name: 'an HTML page',
    remedy:
      'The download returned a web page: use the direct link of the file ("raw" on code hosts), and log in if the model is gated.',
    matches: (_, text) => textStart(text).startsWith('<'),
  },
  {
    name: 'a Git LFS pointer',
    remedy:
      'The file stands for the model: fetch the model itself with `git lfs pull`, or download it from the host.',
    matches: (_, text) => text.startsWith('version https://git-lfs'),
  },
  {
    name: 'a JSON document',
    remedy:
      'A TensorFlow.js model.json is for @lowbit/tfjs, or for the command lowbit; if it is an error message of a server, read it.',
    matches: (_, text) => /^[{[]/.test(textStart(text)),
  },
  { name: 'a Python pickle, as older PyTorch checkpoints are', remedy: torchRemedy, matches: isPickle },
  { name: 'a numpy array', remedy: arraysRemedy, matches: startsWith(0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59) },
  { name: 'a SavedModel of TensorFlow', remedy: savedModelRemedy, matches: isSavedModel },
  {
    name: 'a frozen graph of TensorFlow',
    remedy:
      'Convert it: python -m tf2onnx.convert --graphdef FILE --inputs NAME:0 --outputs NAME:0 --output model.onnx, ' +
      'with the names of its inputs and outputs.',
    matches: isGraphDef,
  },
  { name: 'a safetensors file', remedy: weightsAlone, matches: isSafetensors },
  { name: 'a GGUF file', remedy: weightsAlone, matches: startsWith(0x47, 0x47, 0x55, 0x46) },
  { name: 'a gzip archive', remedy: 'Unpack it first.', matches: startsWith(0x1f, 0x8b) },
  { name: 'a GIF image', remedy: image, matches: startsWith(0x47, 0x49, 0x46, 0x38) },
  { name: 'a PNG image', remedy: image, matches: startsWith(0x89, 0x50, 0x4e, 0x47) },
  { name: 'a JPEG image', remedy: image, matches: startsWith(0xff, 0xd8, 0xff) },
  { name: 'an HDF5 file, as Keras writes', remedy: keras, matches: startsWith(0x89, 0x48, 0x44, 0x46) },
  {
    name: 'an ONNX Runtime .ort file',
    remedy: 'Quantize the .onnx file that it was converted from.',
    matches: flatBuffer('ORTM'),
  },
  {
    name: 'a TensorFlow Lite file',
    remedy: 'Export the model to ONNX or TensorFlow.js instead.',
    matches: flatBuffer('TFL3'),
  },
];

/**
 * Refuses files that are plainly not ONNX models, by their first bytes, archives by what is inside.
 *
 * @throws LowbitError `model-empty`, `model-not-onnx`.
 */
export function sniff(bytes: Uint8Array, where: string): void {
  if (bytes.length === 0) {
    const remedy = 'The download or export probably failed: repeat it and look at the size of the file.';
    throw new LowbitError({
      code: 'model-empty',
      where,
      expected: 'an ONNX file',
      received: '0 bytes',
      remedy,
    });
  }
  const head = bytes.subarray(0, 256);
  const text = String.fromCharCode(...head);
  const kind = sniffZip(bytes) ?? kinds.find(({ matches }) => matches(head, text));
  if (kind === undefined) return;
  throw new LowbitError({
    code: 'model-not-onnx',
    where,
    expected: 'an ONNX file',
    received: kind.name,
    remedy: kind.remedy,
  });
}
