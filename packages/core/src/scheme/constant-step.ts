/** One value on a grid with an integer zero point: value = scale · (code − zeroPoint). */
export interface ConstantStep {
  readonly scale: number;
  readonly zeroPoint: number;
  readonly code: number;
}

/** The code in the middle, the upper one of two. */
export const middleOf = (levels: number): number => levels >> 1;

/**
 * A constant, exactly, on a grid of at least 2 levels whose zero point is the middle where there is room: some steps, a power of two, away from it, so
 * that the step is about as long as those of other slices. 0 is the zero point itself.
 */
export function constantStep(constant: number, levels: number): ConstantStep {
  const middle = middleOf(levels);
  if (constant === 0) return { scale: 1, zeroPoint: middle, code: middle };
  const room = constant < 0 ? middle : levels - 1 - middle;
  if (room === 0) return { scale: Math.abs(constant), zeroPoint: 0, code: 1 };
  const most = 2 ** (31 - Math.clz32(room));
  const size = Math.abs(constant);
  // Subnormal numbers cannot be divided without losing digits.
  const steps = Math.fround(size / most) * most === size ? most : 1;
  return { scale: size / steps, zeroPoint: middle, code: middle + Math.sign(constant) * steps };
}
