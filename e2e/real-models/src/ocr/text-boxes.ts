import type { Region } from '../image/image.js';
import { components } from './components.js';

/** PaddleOCR's defaults, but for boxes that stand upright. */
const THRESHOLD = 0.3;
const LEAST_SCORE = 0.6;
const UNCLIP = 1.5;
const LEAST_SIDE = 3;

/**
 * Boxes of text from the detector's probability map [height, width]. The network marks the core of each line;
 * a box grows by area · 1.5 / perimeter on each side to undo that (DB, arXiv 1911.08947, equation 10).
 */
export function textBoxes(map: Float32Array, width: number): Region[] {
  return components(map, width, THRESHOLD)
    .filter(({ box, mean }) => mean >= LEAST_SCORE && Math.min(box.width, box.height) >= LEAST_SIDE)
    .map(({ box }) => grow(box));
}

function grow({ x, y, width, height }: Region): Region {
  const distance = (width * height * UNCLIP) / (2 * (width + height));
  return { x: x - distance, y: y - distance, width: width + 2 * distance, height: height + 2 * distance };
}
