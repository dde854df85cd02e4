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
