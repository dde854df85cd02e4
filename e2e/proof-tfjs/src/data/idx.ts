/** An array of bytes in the IDX format of the MNIST family. */
export interface IdxArray {
  readonly shape: readonly number[];
  /** Row-major. */
  readonly data: Uint8Array;
}

/** Code of unsigned bytes, the only type that is read. */
const unsignedByte = 0x08;

/**
 * Reads an uncompressed IDX file: two zero bytes, the type, the number of axes, their sizes (big-endian), the values.
 *
 * @param name For errors.
 */
export function parseIdx(bytes: Uint8Array, name: string): IdxArray {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (bytes.length < 4 || view.getUint16(0) !== 0 || bytes[2] !== unsignedByte)
    throw new Error(`${name}: not an IDX file of unsigned bytes`);
  const rank = bytes[3]!;
  const start = 4 + 4 * rank;
  if (bytes.length < start) throw new Error(`${name}: the sizes are cut off`);
  const shape = Array.from({ length: rank }, (_, axis) => view.getUint32(4 + 4 * axis));
  const size = shape.reduce((product, length) => product * length, 1);
  if (bytes.length !== start + size)
    throw new Error(`${name}: ${bytes.length - start} values instead of ${size}`);
  return { shape, data: bytes.subarray(start) };
}
