import { randomFrom } from '../random.js';
import type { Image, Region } from './image.js';

/** The middle square, then `count - 1` squares of 60 to 95 % of the shorter side at seeded places. */
export function squareCrops({ width, height }: Image, count: number, seed: number): Region[] {
  const random = randomFrom(seed);
  const short = Math.min(width, height);
  return Array.from({ length: count }, (_, i) => {
    const side = i === 0 ? short : Math.round(short * (0.6 + 0.35 * random()));
    const [right, down] = i === 0 ? [0.5, 0.5] : [random(), random()];
    const x = Math.round((width - side) * right!);
    const y = Math.round((height - side) * down!);
    return { x, y, width: side, height: side };
  });
}
