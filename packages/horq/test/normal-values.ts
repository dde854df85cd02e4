import { seededRandom } from '@lowbit/core/method';

/** `count` standard normal numbers with little sampling error: Box-Muller on a lattice. */
export function evenNormal(count: number): Float32Array {
  const golden = (Math.sqrt(5) - 1) / 2;
  return Float32Array.from({ length: count }, (_, i) => {
    const radius = Math.sqrt(-2 * Math.log((i + 0.5) / count));
    return radius * Math.cos(2 * Math.PI * ((i * golden) % 1));
  });
}

/** `count` standard normal numbers, the same for the same seed. */
export function randomNormal(count: number, seed: number): Float32Array {
  const random = seededRandom(seed);
  return Float32Array.from({ length: count }, () => {
    return Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
  });
}
