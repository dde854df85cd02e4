import type { Batch } from '@lowbit/core';
import { blank, type Image } from '../image/image.js';
import { photograph } from '../image/photographs.js';
import { bluePlanesFirst } from '../image/planes.js';
import { resize } from '../image/resize.js';
import { addNoise, paint } from './draw.js';
import { FACES, inkOf } from './font.js';
import { calibrationWords } from './calibration-words.js';

const imageNet = { mean: [0.485, 0.456, 0.406], deviation: [0.229, 0.224, 0.225] };

/** Writes lines in two columns, in words, faces and sizes that the seed chooses. */
function write(image: Image, seed: number, pitch: number, colour: readonly number[]): void {
  const count = 2 * Math.floor((image.height - 20) / pitch);
  for (let i = 0; i < count; i++) {
    const text = calibrationWords[(7 * i + seed) % calibrationWords.length]!;
    const ink = inkOf(text, FACES[(i + seed) % FACES.length]!, 16 + ((3 * i + seed) % 10), 0);
    const x = 16 + (i % 2) * (image.width >> 1) + ((11 * i + seed) % 32);
    if (x + ink.width < image.width) paint(image, ink, x, 14 + (i >> 1) * pitch, colour);
  }
}

function printed(
  side: number,
  seed: number,
  paper: readonly number[],
  ink: readonly number[],
  noise: number,
): Image {
  const image = blank(side, side, paper);
  write(image, seed, 46, ink);
  addNoise(image, noise, 100 + seed);
  return image;
}

/** The middle square of a photograph, with lines over it. */
function captioned(side: number, name: string, seed: number): Image {
  const whole = photograph(name);
  const edge = Math.min(whole.width, whole.height);
  const middle = { x: (whole.width - edge) >> 1, y: (whole.height - edge) >> 1, width: edge, height: edge };
  const image = resize(whole, side, side, middle);
  write(image, seed, 100, [250, 250, 250]);
  return image;
}

/** Photographs that the test pages do not show. */
const others: readonly string[] = ['bg', 'bg7', 'city', 'examples/studio-1'];

/**
 * Pages for the detector, x [1, 3, side, side]: three that are printed and one for each photograph, with other words, papers and photographs
 * than the test pages.
 */
export function calibrationPages(photographs: readonly string[] = others, side = 640): Batch[] {
  const images = [
    printed(side, 3, [250, 250, 248], [20, 20, 25], 8),
    printed(side, 11, [214, 208, 196], [60, 58, 56], 14),
    printed(side, 5, [40, 52, 74], [240, 240, 235], 6),
    ...photographs.map((name, seed) => captioned(side, name, seed)),
  ];
  return images.map((image) => ({
    inputs: { x: { shape: [1, 3, side, side], data: bluePlanesFirst(image, imageNet) } },
  }));
}
