/**
 * Packs integers of 2 or 4 bits into bytes as ONNX does: the first element in the lowest bits, negative ones in
 * two's complement, the last byte filled with zeros.
 */
export function packSmall(values: ArrayLike<number>, bits: 2 | 4): Uint8Array<ArrayBuffer> {
  const perByte = 8 / bits;
  const mask = 2 ** bits - 1;
  const bytes = new Uint8Array(Math.ceil(values.length / perByte));
  for (let index = 0; index < values.length; index++) {
    const byte = Math.floor(index / perByte);
    bytes[byte] =
      (bytes[byte] as number) | (((values[index] as number) & mask) << (bits * (index % perByte)));
  }
  return bytes;
}
