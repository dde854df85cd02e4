/** The largest float32 number below a finite float32 number. */
export function justBelow(value: number): number {
  const number = Float32Array.of(value);
  const bits = new Int32Array(number.buffer);
  if (value === 0) return -(2 ** -149);
  bits[0] = (bits[0] as number) + (value > 0 ? -1 : 1);
  return number[0] as number;
}
