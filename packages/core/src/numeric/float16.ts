const bits32 = new Uint32Array(1);
const float32 = new Float32Array(bits32.buffer);

/** The IEEE 754 binary16 bit pattern nearest to `value`, ties to even; overflow gives an infinity. */
export function toFloat16Bits(value: number): number {
  float32[0] = value;
  const bits = bits32[0] as number;
  const sign = (bits >>> 16) & 0x8000;
  const exponent = (bits >>> 23) & 0xff;
  const mantissa = bits & 0x7fffff;
  if (exponent === 0xff) return sign | 0x7c00 | (mantissa === 0 ? 0 : 0x200);
  if (exponent >= 143) return sign | 0x7c00;
  if (exponent >= 113) return sign + roundShift(((exponent - 112) << 23) | mantissa, 13);
  if (exponent < 102) return sign;
  return sign | roundShift(mantissa | 0x800000, 126 - exponent);
}

/** The number that an IEEE 754 binary16 bit pattern stands for. */
export function fromFloat16Bits(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >>> 10) & 0x1f;
  const mantissa = bits & 0x3ff;
  if (exponent === 0x1f) return mantissa === 0 ? sign * Infinity : NaN;
  if (exponent === 0) return sign * mantissa * 2 ** -24;
  return sign * (1 + mantissa / 1024) * 2 ** (exponent - 15);
}

/** `value` rounded to the nearest number that binary16 can hold. */
export function roundToFloat16(value: number): number {
  return fromFloat16Bits(toFloat16Bits(value));
}

/** `value >>> shift`, rounded half to even. */
function roundShift(value: number, shift: number): number {
  const floor = value >>> shift;
  const rest = value & ((1 << shift) - 1);
  const half = 1 << (shift - 1);
  return rest > half || (rest === half && floor % 2 === 1) ? floor + 1 : floor;
}
