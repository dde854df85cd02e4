import { LowbitError } from '../errors/error.js';
import { fromFloat16Bits, toFloat16Bits } from '../numeric/float16.js';
import { joinBytes } from '../numeric/join-bytes.js';
import { pack, packedBytes, unpack } from './pack.js';
import { joinTwoLevel, splitTwoLevel, superBlock } from './two-level.js';
import type { ParameterStorage } from './types.js';

/** Bytes that `count` numbers take. */
export function numberBytes(count: number, storage: ParameterStorage): number {
  if (storage === 'float32') return 4 * count;
  if (storage === 'float16') return 2 * count;
  return 1 + packedBytes(count, storage.bits) + 2 * Math.ceil(count / superBlock);
}

/**
 * Numbers as bytes, little-endian: 4 bytes each, 2 bytes each, or (two-level) a byte that says whether they are
 * signed, one float16 step for each 16, and the integers as a bit stream.
 */
export function packNumbers(values: Float32Array, storage: ParameterStorage): Uint8Array {
  if (storage === 'float32')
    return littleEndian(values, 4, (view, at, value) => view.setFloat32(at, value, true));
  if (storage === 'float16') return packHalves(values);
  const { signed, integers, steps } = splitTwoLevel(values, storage.bits);
  const bias = signed ? 2 ** (storage.bits - 1) : 0;
  return joinBytes([
    Uint8Array.of(signed ? 1 : 0),
    packHalves(steps),
    pack(
      integers.map((integer) => integer + bias),
      storage.bits,
    ),
  ]);
}

function packHalves(values: Float32Array): Uint8Array {
  return littleEndian(values, 2, (view, at, value) => view.setUint16(at, toFloat16Bits(value), true));
}

function littleEndian(
  values: Float32Array,
  width: number,
  write: (view: DataView, at: number, value: number) => void,
): Uint8Array {
  const bytes = new Uint8Array(values.length * width);
  const view = new DataView(bytes.buffer);
  values.forEach((value, i) => write(view, i * width, value));
  return bytes;
}

/** Reads numbers and integers one list after the other. Throws `packed-data` at the end of the bytes, and for bytes that are left. */
export interface NumberReader {
  numbers(count: number): Float32Array;
  /** Numbers of 4 bytes, whatever the storage. */
  singles(count: number): Float32Array;
  finish(): void;
  integers(count: number, bits: number): Uint8Array | Uint16Array;
}

export function numberReader(bytes: Uint8Array, storage: ParameterStorage): NumberReader {
  let at = 0;
  const take = (length: number): Uint8Array => {
    if (at + length > bytes.length) checkLength('parameters', bytes.length, at + length);
    at += length;
    return bytes.subarray(at - length, at);
  };
  const halves = (count: number) => {
    const view = viewOf(take(2 * count));
    const numbers = new Float32Array(count);
    for (let i = 0; i < count; i++) numbers[i] = fromFloat16Bits(view.getUint16(2 * i, true));
    return numbers;
  };
  const singles = (count: number) => {
    const view = viewOf(take(4 * count));
    const numbers = new Float32Array(count);
    for (let i = 0; i < count; i++) numbers[i] = view.getFloat32(4 * i, true);
    return numbers;
  };
  const twoLevel = (count: number, bits: 6 | 8) => {
    const signed = take(1)[0] === 1;
    const steps = halves(Math.ceil(count / superBlock));
    const bias = signed ? 2 ** (bits - 1) : 0;
    const integers = Int16Array.from(
      unpack(take(packedBytes(count, bits)), bits, count),
      (code) => code - bias,
    );
    return joinTwoLevel({ bits, signed, integers, steps });
  };
  return {
    numbers: (count) =>
      storage === 'float32'
        ? singles(count)
        : storage === 'float16'
          ? halves(count)
          : twoLevel(count, storage.bits),
    singles,
    finish: () => checkLength('parameters', bytes.length, at),
    integers: (count, bits) => unpack(take(packedBytes(count, bits)), bits, count),
  };
}

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

/** Throws `packed-data` unless there are as many bytes as the header needs. */
export function checkLength(what: 'codes' | 'parameters', received: number, expected: number): void {
  if (received === expected) return;
  throw new LowbitError({
    code: 'packed-data',
    where: `packed ${what}`,
    expected: `${expected} bytes`,
    received: `${received} bytes`,
    remedy: 'The data was cut off or belongs to another tensor or slicing; write it again.',
  });
}
