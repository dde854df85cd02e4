import type { Image } from '../image/image.js';
import { randomFrom } from '../random.js';
import type { Ink } from './font.js';

/** Paints ink of one colour over an image at (x, y), in place. */
export function paint(image: Image, ink: Ink, x: number, y: number, colour: readonly number[]): void {
  for (let row = 0; row < ink.height; row++) {
    for (let column = 0; column < ink.width; column++) {
      const cover = ink.coverage[row * ink.width + column]!;
      const at = ((y + row) * image.width + x + column) * 3;
      for (let channel = 0; channel < 3; channel++) {
        image.data[at + channel] = image.data[at + channel]! * (1 - cover) + colour[channel]! * cover;
      }
    }
  }
}

/** Adds the same seeded noise to the three channels of each pixel, in place; `spread` is the largest change. */
export function addNoise(image: Image, spread: number, seed: number): void {
  const random = randomFrom(seed);
  for (let i = 0; i < image.data.length; i += 3) {
    const change = (random() + random() - 1) * spread;
    for (let channel = 0; channel < 3; channel++) image.data[i + channel]! += change;
  }
}
