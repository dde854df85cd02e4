import { seededRandom, type Batch } from '@lowbit/core';

/** A white page with rows of dark marks like letters, as the detector's input [1, 3, height, width]. */
export function letters(seed: number, height: number, width: number): Batch {
  const random = seededRandom(seed);
  const pixels = new Float32Array(height * width).fill(2.2);
  for (let y = 20; y < height - 20; y += 40) {
    for (let x = 12; x < width - 20; x += 10 + Math.floor(random() * 6))
      drawLetter(pixels, width, x, y, random);
  }
  const data = Float32Array.from({ length: 3 * pixels.length }, (_, i) => pixels[i % pixels.length]!);
  return { inputs: { x: { shape: [1, 3, height, width], data } } };
}

const size = { wide: 6, high: 14 };

/** Three strokes, two pixels thick. */
function drawLetter(
  pixels: Float32Array,
  width: number,
  left: number,
  top: number,
  random: () => number,
): void {
  for (let stroke = 0; stroke < 3; stroke++) {
    const upright = random() < 0.5;
    const at = Math.floor(random() * (upright ? size.wide : size.high));
    for (let along = 0; along < (upright ? size.high : size.wide); along++) {
      for (const thick of [0, 1]) {
        const [x, y] = upright ? [at + thick, along] : [along, at + thick];
        pixels[(top + y) * width + left + x] = -1.9;
      }
    }
  }
}
