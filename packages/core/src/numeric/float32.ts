/** Scales below this count as 0: dividing by a subnormal float32 overflows. */
const smallestScale = 1e-38;
const largestFloat32 = 2 ** 128 - 2 ** 104;

/** The nearest finite float32. */
export function toFloat32(value: number): number {
  return Math.fround(Math.min(largestFloat32, Math.max(-largestFloat32, value)));
}

/** A step ≥ 0 as a float32 scale; 0 where it is too small to divide by. */
export function toScale(step: number): number {
  return step < smallestScale ? 0 : toFloat32(step);
}
