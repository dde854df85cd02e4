import { seededRandom } from '@lowbit/core';

/** `count` normally distributed float32 numbers, the same for the same seed. */
export function normalValues(count: number, seed: number, deviation = 1, mean = 0): Float32Array {
  const random = seededRandom(seed);
  return Float32Array.from({ length: count }, () => {
    const radius = Math.sqrt(-2 * Math.log(1 - random()));
    return mean + deviation * radius * Math.cos(2 * Math.PI * random());
  });
}

/** Values as most laws use them: 512, about normal, slightly off centre and skewed. */
export function ordinaryValues(): Float32Array {
  return normalValues(512, 7).map((value) => 0.05 * (value + 0.1 * value * value));
}
