/** Bytes that one step takes in. */
const width = 8;

/**
 * Remainders by the polynomial of CRC-32, bits reversed (ISO 3309; RFC 1952, section 8): in block `k`, of the bytes 0 to 255 with `k` zeros
 * behind them. With one block for each place, bytes of a step are looked up on their own (Kounavis and Berry, "Novel Table Lookup-Based
 * Algorithms for High-Performance CRC Generation", 2008).
 */
const remainders = new Int32Array(256 * width);
for (let byte = 0; byte < 256; byte++) {
  let value = byte;
  for (let bit = 0; bit < 8; bit++) value = (value & 1) === 1 ? 0xedb88320 ^ (value >>> 1) : value >>> 1;
  remainders[byte] = value;
}
for (let i = 256; i < remainders.length; i++) {
  const before = remainders[i - 256]!;
  remainders[i] = remainders[before & 0xff]! ^ (before >>> 8);
}

/** The remainder of one byte, with `behind` bytes after it in its step. */
const of = (byte: number, behind: number): number => remainders[256 * behind + byte]!;

/** Four bytes, the first one lowest. */
function wordAt(bytes: Uint8Array, i: number): number {
  return bytes[i]! | (bytes[i + 1]! << 8) | (bytes[i + 2]! << 16) | (bytes[i + 3]! << 24);
}

/**
 * The checksum CRC-32 of zip and PNG.
 *
 * @param start - the checksum of the bytes before
 * @returns from 0 to 2³² − 1
 */
export function crc32(bytes: Uint8Array, start = 0): number {
  let value = ~start;
  let i = 0;
  for (; i + width <= bytes.length; i += width) {
    const first = value ^ wordAt(bytes, i);
    const second = wordAt(bytes, i + 4);
    value =
      of(first & 0xff, 7) ^
      of((first >>> 8) & 0xff, 6) ^
      of((first >>> 16) & 0xff, 5) ^
      of(first >>> 24, 4) ^
      of(second & 0xff, 3) ^
      of((second >>> 8) & 0xff, 2) ^
      of((second >>> 16) & 0xff, 1) ^
      of(second >>> 24, 0);
  }
  for (; i < bytes.length; i++) value = of((value ^ bytes[i]!) & 0xff, 0) ^ (value >>> 8);
  return ~value >>> 0;
}
