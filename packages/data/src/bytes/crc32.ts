/** Remainders of the bytes 0 to 255 by the polynomial of CRC-32, bits reversed (ISO 3309; RFC 1952, section 8). */
const remainders = Uint32Array.from({ length: 256 }, (_, byte) => {
  let value = byte;
  for (let bit = 0; bit < 8; bit++) value = (value & 1) === 1 ? 0xedb88320 ^ (value >>> 1) : value >>> 1;
  return value;
});

/**
 * The checksum CRC-32 of zip and PNG.
 *
 * @param start - the checksum of the bytes before
 * @returns from 0 to 2³² − 1
 */
export function crc32(bytes: Uint8Array, start = 0): number {
  let value = ~start;
  for (let i = 0; i < bytes.length; i++) {
    value = (remainders[(value ^ (bytes[i] as number)) & 0xff] as number) ^ (value >>> 8);
  }
  return ~value >>> 0;
}
