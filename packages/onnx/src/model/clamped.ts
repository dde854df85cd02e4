/**
 * A 64-bit integer as a number; one beyond ±(2⁵³ − 1) becomes the outermost number that holds integers exactly. Sizes and
 * axes beyond it fit nothing, and of bounds that mean "the end" only the order counts. Never to be written back.
 */
export const clamped = (value: bigint | number): number =>
  Math.max(Number.MIN_SAFE_INTEGER, Math.min(Number.MAX_SAFE_INTEGER, Number(value)));
