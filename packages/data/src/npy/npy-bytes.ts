import { checkArgument, sizeOf } from '@lowbit/core/adapter';
import { givenWords, invalidArgument } from '../problems.js';

/** What {@link npyBytes} can write. */
export type NpyData =
  | Float32Array
  | Float64Array
  | Int8Array
  | Uint8Array
  | Int16Array
  | Uint16Array
  | Int32Array
  | Uint32Array
  | BigInt64Array
  | BigUint64Array;

const descriptions: Readonly<Record<string, string>> = {
  Float32Array: '<f4',
  Float64Array: '<f8',
  Int8Array: '|i1',
  Uint8Array: '|u1',
  Int16Array: '<i2',
  Uint16Array: '<u2',
  Int32Array: '<i4',
  Uint32Array: '<u4',
  BigInt64Array: '<i8',
  BigUint64Array: '<u8',
};

/**
 * An npy file, version 1.0, with the data on a boundary of 64 bytes as numpy puts it.
 *
 * @param shape - sizes of the axes, slowest first
 * @param data - as many elements as `shape` says
 * @throws LowbitError `invalid-argument` when they are not as many, `shape` is no list of sizes, or `data` is of no type that npy files have.
 */
export function npyBytes(shape: readonly number[], data: NpyData): Uint8Array {
  const description = ArrayBuffer.isView(data) ? descriptions[data[Symbol.toStringTag]] : undefined;
  if (description === undefined) {
    const expected = `one of ${Object.keys(descriptions).join(', ')}`;
    throw invalidArgument('npyBytes: data', { expected, received: givenWords(data) });
  }
  checkArgument(
    Array.isArray(shape) && shape.every((size) => Number.isSafeInteger(size) && size >= 0),
    shape,
    {
      where: 'npyBytes: shape',
      expected: 'a list of sizes',
    },
  );
  const count = sizeOf(shape);
  if (count !== data.length) {
    throw invalidArgument('npyBytes', { expected: `${count} elements`, received: `${data.length}` });
  }
  const axes = shape.length === 1 ? `${shape[0]},` : shape.join(', ');
  const text = `{'descr': '${description}', 'fortran_order': False, 'shape': (${axes}), }`;
  const start = Math.ceil((text.length + 11) / 64) * 64;
  const bytes = new Uint8Array(start + data.byteLength).fill(0x20, 10, start);
  bytes.set([0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59, 1, 0, (start - 10) & 0xff, (start - 10) >> 8]);
  bytes.set(new TextEncoder().encode(text), 10);
  bytes[start - 1] = 0x0a;
  bytes.set(new Uint8Array(data.buffer, data.byteOffset, data.byteLength), start);
  return bytes;
}
