import type { Batch } from '@lowbit/core';
import { blank } from '../image/image.js';
import { bluePlanesFirst } from '../image/planes.js';
import { resize } from '../image/resize.js';
import { COLOURS } from './colours.js';
import { paint } from './draw.js';
import { FACES, inkOf } from './font.js';
import { calibrationWords } from './calibration-words.js';

const height = 48;
const toPlusMinusOne = { mean: [0.5, 0.5, 0.5], deviation: [0.5, 0.5, 0.5] };

/** All but the colour on tint. */
const colours = COLOURS.slice(0, 3);

/** Lines for the recognizer, x [1, 3, 48, width]: other words than the test lines. */
export function calibrationLines(): Batch[] {
  return calibrationWords.map((text, i) => {
    const [ink, paper] = colours[i % colours.length]!;
    const drawn = inkOf(text, FACES[i % FACES.length]!, 20 + (i % 9), 4);
    const image = blank(drawn.width, drawn.height, paper);
    paint(image, drawn, 0, 0, ink);
    const width = Math.round((image.width * height) / image.height);
    const data = bluePlanesFirst(resize(image, width, height), toPlusMinusOne);
    return { inputs: { x: { shape: [1, 3, height, width], data } } };
  });
}
