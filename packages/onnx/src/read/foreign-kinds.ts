import { arraysRemedy, pickleRemedy, torchRemedy, type ForeignFile } from './sniff-zip.js';
import { afterLength, isGraphDef, isSavedModel, savedModelRemedy } from './sniff-tensorflow.js';

/** Files of one kind, and how the first bytes tell them, also as a text in Latin-1. */
interface ForeignKind extends ForeignFile {
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
const asText = (start: RegExp) => (_: Uint8Array, text: string) => start.test(textStart(text));

const image = 'Give the path of the model, not of an image.';
const unpack = 'Unpack it first.';
const keras =
  'Turn it into a model of TensorFlow.js with lowbit import FILE and quantize that, or export the model to ONNX.';
const weightsAlone =
  'It holds weights without the graph that uses them: export the model itself to ONNX, for instance with optimum-cli export onnx.';
const original =
  'Give the ONNX file that it was made from, or export the original model to ONNX: it cannot be turned back.';
const convert = 'Convert it to ONNX first, with a converter of its framework.';
const paddle =
  'Convert its folder: paddle2onnx --model_dir FOLDER --model_filename NAME.pdmodel --params_filename NAME.pdiparams --save_file model.onnx.';

/** Protocols 2 to 5. */
const isPickle = ([first, protocol = 0]: Uint8Array) => first === 0x80 && protocol >= 2 && protocol <= 5;

/** The length of a JSON header in 8 bytes, and the header. */
const isSafetensors = (bytes: Uint8Array, text: string) =>
  bytes.length > 9 && bytes.subarray(5, 8).every((byte) => byte === 0) && text[8] === '{';

/**
 * `specificationVersion`, then `description`, which begins with an input and that with its name. In an ONNX file a text, the producer's
 * name, stands there, in a SavedModel a graph, which begins with what is no name.
 */
function isCoreMl(bytes: Uint8Array): boolean {
  const input = afterLength(bytes, 3);
  const isMessage = bytes[0] === 0x08 && (bytes[1] ?? 0) < 0x80 && bytes[2] === 0x12 && bytes[input] === 0x0a;
  return isMessage && bytes[afterLength(bytes, input + 1)] === 0x0a;
}

/** `ProgramDesc` of PaddlePaddle: its first block has the number 0, and a parent. */
function isPaddleProgram(bytes: Uint8Array): boolean {
  const block = afterLength(bytes, 1);
  return bytes[0] === 0x0a && bytes[block] === 0x08 && bytes[block + 1] === 0 && bytes[block + 2] === 0x10;
}

/** A tensor of PaddlePaddle: versions and levels that are all 0, the length of a description, which begins with the type. */
const isPaddleTensor = (bytes: Uint8Array) =>
  bytes.subarray(0, 16).every((byte) => byte === 0) &&
  (bytes[16] ?? 0) > 0 &&
  bytes.subarray(17, 20).every((byte) => byte === 0) &&
  bytes[20] === 0x08;

/** `NetParameter` of Caffe: a name, then a layer, which is field 100. */
function isCaffeModel(bytes: Uint8Array): boolean {
  const layer = 2 + (bytes[1] ?? 0);
  return bytes[0] === 0x0a && bytes[layer] === 0xa2 && bytes[layer + 1] === 0x06;
}

/** Binary files. No ONNX model starts like any of them. */
const binaries: readonly ForeignKind[] = [
  {
    name: 'a TensorFlow Lite file',
    remedy:
      'Convert it: python -m tf2onnx.convert --tflite FILE --output model.onnx, or export the original model to ONNX or TensorFlow.js.',
    matches: flatBuffer('TFL3'),
  },
  {
    name: 'a program of ExecuTorch',
    remedy: torchRemedy,
    matches: (bytes, text) => flatBuffer('ET12')(bytes, text) || flatBuffer('ET13')(bytes, text),
  },
  { name: 'a network of ncnn', remedy: original, matches: startsWith(0xdd, 0x85, 0x76, 0x00) },
  {
    name: 'a Python pickle, as older PyTorch checkpoints and models of scikit-learn are',
    remedy: pickleRemedy,
    matches: isPickle,
  },
  { name: 'a numpy array', remedy: arraysRemedy, matches: startsWith(0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59) },
  { name: 'a Core ML model', remedy: original, matches: isCoreMl },
  { name: 'a SavedModel of TensorFlow', remedy: savedModelRemedy, matches: isSavedModel },
  {
    name: 'a frozen graph of TensorFlow',
    remedy:
      'Convert it: python -m tf2onnx.convert --graphdef FILE --inputs NAME:0 --outputs NAME:0 --output model.onnx, ' +
      'with the names of its inputs and outputs.',
    matches: isGraphDef,
  },
  { name: 'a program of PaddlePaddle', remedy: paddle, matches: isPaddleProgram },
  { name: 'parameters of PaddlePaddle', remedy: paddle, matches: isPaddleTensor },
  { name: 'a model of Caffe', remedy: convert, matches: isCaffeModel },
  { name: 'a safetensors file', remedy: weightsAlone, matches: isSafetensors },
  { name: 'a GGUF file', remedy: weightsAlone, matches: startsWith(0x47, 0x47, 0x55, 0x46) },
  { name: 'a file of GGML', remedy: weightsAlone, matches: asText(/^(lmgg|fmgg|tjgg|algg)/) },
  { name: 'a gzip archive', remedy: unpack, matches: startsWith(0x1f, 0x8b) },
  { name: 'a Zstandard archive', remedy: unpack, matches: startsWith(0x28, 0xb5, 0x2f, 0xfd) },
  { name: 'a bzip2 archive', remedy: unpack, matches: asText(/^BZh\d/) },
  { name: 'an xz archive', remedy: unpack, matches: startsWith(0xfd, 0x37, 0x7a, 0x58, 0x5a) },
  { name: 'a 7z archive', remedy: unpack, matches: startsWith(0x37, 0x7a, 0xbc, 0xaf) },
  { name: 'a tar archive', remedy: unpack, matches: (_, text) => /^ustar[\0 ]/.test(text.slice(257)) },
  { name: 'a GIF image', remedy: image, matches: startsWith(0x47, 0x49, 0x46, 0x38) },
  { name: 'a PNG image', remedy: image, matches: startsWith(0x89, 0x50, 0x4e, 0x47) },
  { name: 'a JPEG image', remedy: image, matches: startsWith(0xff, 0xd8, 0xff) },
  { name: 'an HDF5 file, as Keras writes', remedy: keras, matches: startsWith(0x89, 0x48, 0x44, 0x46) },
  {
    name: 'an ONNX Runtime .ort file',
    remedy: 'Quantize the .onnx file that it was converted from.',
    matches: flatBuffer('ORTM'),
  },
  { name: 'a program of LiteRT-LM', remedy: original, matches: asText(/^LITERTLM/) },
  { name: 'an engine of TensorRT', remedy: original, matches: asText(/^(ptrt|ftrt)/) },
];

/** Texts, the special ones first. */
const texts: readonly ForeignKind[] = [
  {
    name: 'an OpenVINO model (IR)',
    remedy: original,
    matches: asText(/^(<\?xml[^>]*>\s*)?<net\s+[^>]*(name|version)=/),
  },
  {
    name: 'an ONNX model in the text form of its parser',
    remedy:
      "Make a file of it in Python: onnx.save(onnx.parser.parse_model(open('FILE').read()), 'model.onnx').",
    matches: asText(/^<\s*ir_version\s*:/),
  },
  {
    name: 'an ONNX model in the text form of protobuf',
    remedy: "Make a file of it in Python: onnx.save(onnx.load('FILE', format='textproto'), 'model.onnx').",
    matches: asText(/^ir_version\s*:/),
  },
  {
    name: 'an HTML page',
    remedy:
      'The download returned a web page: use the direct link of the file ("raw" on code hosts), and log in if the model is gated.',
    matches: asText(/^</),
  },
  {
    name: 'a Git LFS pointer',
    remedy:
      'The file stands for the model: fetch the model itself with `git lfs pull`, or download it from the host.',
    matches: asText(/^version https:\/\/git-lfs/),
  },
  { name: 'a network of Darknet', remedy: convert, matches: asText(/^(#[^\n]*\n\s*)*\[net(work)?\]/) },
  {
    name: 'a JSON document',
    remedy:
      'A TensorFlow.js model.json is for @lowbit/tfjs, or for the command lowbit; if it is an error message of a server, read it.',
    matches: asText(/^[{[]/),
  },
  {
    name: 'a network of Caffe as text',
    remedy: convert,
    matches: asText(/^(#[^\n]*\n\s*)*(name\s*:|input\s*:|layers?\s*\{)[^]*(layers?\s*\{|input_(dim|shape))/),
  },
  { name: 'a network of ncnn', remedy: original, matches: asText(/^7767517\s/) },
];

/** Files that people pass by mistake. The first that matches is told: lengths in binary files look like white space and brackets of texts. */
export const foreignKinds: readonly ForeignKind[] = [...binaries, ...texts];

/** Files whose content tells nothing, by what they are called. */
export const foreignNames: readonly (ForeignFile & { readonly called: RegExp })[] = [
  {
    name: 'a weight file of TensorFlow.js',
    remedy: 'Give the model.json beside it.',
    called: /shard\d+of\d+(\.bin)?$/,
  },
  {
    name: 'data of an ONNX model',
    remedy: 'Give the .onnx file beside it, which names it.',
    called: /\.(data|onnx_data|onnx\.data)$/,
  },
  {
    name: 'a part of a checkpoint of TensorFlow',
    remedy: `It holds values without the graph: save the model as a SavedModel. ${savedModelRemedy}`,
    called: /\.(ckpt|index|meta|data-\d+-of-\d+)$/,
  },
  { name: 'a model of MNN', remedy: original, called: /\.mnn$/ },
  { name: 'weights without their graph', remedy: original, called: /\.(bin|weights|pdiparams)$/ },
];
