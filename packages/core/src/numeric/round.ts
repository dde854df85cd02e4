/** Rounds to the nearest integer, ties to the even one (as ONNX `Round`, `tf.round` and numpy `rint` do). */
export function roundHalfEven(value: number): number {
  const floor = Math.floor(value);
  const rest = value - floor;
  if (rest < 0.5) return floor;
  if (rest > 0.5) return floor + 1;
  return floor % 2 === 0 ? floor : floor + 1;
}

/** Adding and subtracting this rounds a double of magnitude below 2^51 to an integer, ties to even. */
export const roundingShift = 1.5 * 2 ** 52;
