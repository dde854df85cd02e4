import { seededRandom } from '@lowbit/core/method';

/** `count` standard normal numbers, the same for the same seed. */
export function normalValues(count: number, seed: number): Float32Array {
  const random = seededRandom(seed);
  return Float32Array.from({ length: count }, () => {
    return Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
  });
}
