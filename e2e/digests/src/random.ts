/**
 * Numbers in [0, 1), the same on every machine: the digests' own generator (Mulberry32), so that a change of the library's changes no
 * model.
 */
export function uniform(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/**
 * Values around 0 with about the deviation `spread`, bell-shaped with some far out. Sums of four uniform numbers: functions such as
 * `Math.log` may differ in the last bit between versions of Node.
 */
export function bells(count: number, spread: number, seed: number): Float32Array {
  const random = uniform(seed);
  return Float32Array.from({ length: count }, (_, i) => {
    const sum = random() + random() + random() + random() - 2;
    return spread * 1.7 * sum * (i % 97 === 31 ? 3 : 1);
  });
}

export const sizeOf = (shape: readonly number[]): number =>
  shape.reduce((product, size) => product * size, 1);
