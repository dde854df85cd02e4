import { blank, wholeOf, type Image, type Region } from '../image/image.js';
import { photograph } from '../image/photographs.js';
import { resize } from '../image/resize.js';
import { addNoise, paint } from './draw.js';
import { FACES, inkOf } from './font.js';
import { PHRASES } from './phrases.js';

/** A picture with text in known places. */
export interface Page {
  readonly image: Image;
  /** Where each string's ink is. */
  readonly lines: readonly Region[];
}

/** Puts `count` strings on an image in place, in two columns, from line `first` of the phrases on. */
function write(image: Image, first: number, count: number, pitch: number, colour: readonly number[]): Page {
  const lines = PHRASES.slice(first, first + count).map((text, i) => {
    const ink = inkOf(text, FACES[i % FACES.length]!, 18 + ((i * 5) % 9), 0);
    const x = 24 + (i % 2) * (image.width >> 1) + ((i * 7) % 24);
    const y = 20 + (i >> 1) * pitch;
    paint(image, ink, x, y, colour);
    return { x, y, width: ink.width, height: ink.height };
  });
  return { image, lines };
}

/** A printed page of 640 × 640 with 26 strings. */
function printedPage(): Page {
  const page = write(blank(640, 640, [247, 245, 238]), 0, 26, 47, [28, 28, 32]);
  addNoise(page.image, 12, 1);
  return page;
}

/** A photograph of 640 × 320, cut from the middle of a larger one, with 6 white strings over it. */
function captioned(name: string, first: number): Page {
  const whole = wholeOf(photograph(name));
  const height = Math.min(whole.height, whole.width >> 1);
  const middle = { x: 0, y: (whole.height - height) >> 1, width: 2 * height, height };
  return write(resize(photograph(name), 640, 320, middle), first, 6, 100, [250, 250, 250]);
}

/** What the detector looks at: one page and two photographs, 38 strings in all. */
export function detectorPages(): Page[] {
  return [printedPage(), captioned('bg2', 26), captioned('bg3', 32)];
}
