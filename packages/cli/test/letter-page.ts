import { seededRandom } from '@lowbit/core';
import { encode } from 'fast-png';

/** A white page with rows of dark marks like letters, as a PNG picture. */
export function letterPage(seed: number, height: number, width: number): Uint8Array {
  const random = seededRandom(seed);
  const data = new Uint8Array(3 * height * width).fill(255);
  const ink = (x: number, y: number) => data.fill(20, 3 * (y * width + x), 3 * (y * width + x) + 6);
  for (let top = 20; top < height - 20; top += 40) {
    for (let left = 12; left < width - 20; left += 10 + Math.floor(random() * 6)) {
      for (let stroke = 0; stroke < 3; stroke++) {
        const upright = random() < 0.5;
        const at = Math.floor(random() * (upright ? 6 : 14));
        for (let along = 0; along < (upright ? 14 : 6); along++)
          ink(left + (upright ? at : along), top + (upright ? along : at));
      }
    }
  }
  return encode({ width, height, data, channels: 3 });
}
