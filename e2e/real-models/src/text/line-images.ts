import { blank, type Image } from '../image/image.js';
import { COLOURS } from './colours.js';
import { addNoise, paint } from './draw.js';
import { FACES, inkOf } from './font.js';
import { PHRASES } from './phrases.js';

/** A picture of one line of text, and what it says. */
export interface LineImage {
  readonly text: string;
  readonly image: Image;
}

/** Draws each phrase in a changing face, size (18…33 px an em), colour and amount of noise. */
export function lineImages(): LineImage[] {
  return PHRASES.map((text, i) => {
    const [ink, paper] = COLOURS[(i >> 1) % COLOURS.length]!;
    const line = inkOf(text, FACES[i % FACES.length]!, 18 + (i % 16), 4);
    const image = blank(line.width, line.height, paper);
    paint(image, line, 0, 0, ink);
    addNoise(image, 10 * (i % 4), i);
    return { text, image };
  });
}
