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

/** The signed power of two nearest to the value, the larger one when midway; 0 for 0. Range: that of float64. */
export function nearestPowerOfTwo(value: number): number {
  if (value === 0) return 0;
  return Math.sign(value) * 2 ** floorLog2((4 * Math.abs(value)) / 3);
}

/** The largest integer e with 2^e ≤ value, exact also where `Math.log2` rounds. `value` > 0. */
export function floorLog2(value: number): number {
  const guess = Math.floor(Math.log2(value));
  if (2 ** guess > value) return guess - 1;
  return 2 ** (guess + 1) <= value ? guess + 1 : guess;
}
