import { fromFloat16Bits } from '@lowbit/core/adapter';
import type { StoredType } from './contents.js';

/** What HDF5 says about the elements of a data set. */
export interface DatasetHead {
  /** Class of the type, `H5T_class_t`: 0 integer, 1 float, 5 opaque, 8 enumeration. */
  readonly type: number;
  /** Bytes of one element. */
  readonly size: number;
  readonly signed: boolean;
  /** Number of elements. */
  readonly total_size: number;
  readonly shape: readonly number[] | null;
  /** Of what a value consists that is none of one kind. */
  readonly compound_type?: { readonly members: readonly { readonly name: string }[] };
  /** Where the values of a virtual data set lie. */
  readonly virtual_sources?: readonly unknown[];
}

const [integer, float, opaque, enumeration] = [0, 1, 5, 8];
/** Of a fixed length, and of any. */
const texts = [3, 9];

/**
 * The type of a data set's elements; undefined for one that no weight has.
 *
 * @param marked Its attribute `dtype`: h5py stores bfloat16, which HDF5 does not know, as two opaque bytes. Keras marks them in files of objects alone;
 *   nothing else that it writes is stored as two opaque bytes.
 */
export function storedType(head: DatasetHead, marked: unknown): StoredType | undefined {
  const { type, size, signed } = head;
  if (type === opaque) return size === 2 && (marked ?? 'bfloat16') === 'bfloat16' ? 'bfloat16' : undefined;
  if (type === float && (size === 2 || size === 4 || size === 8)) return `float${(8 * size) as 16 | 32 | 64}`;
  if (type === enumeration && size === 1) return 'bool';
  if (type !== integer || ![1, 2, 4, 8].includes(size)) return undefined;
  return `${signed ? '' : 'u'}int${(8 * size) as 8 | 16 | 32 | 64}`;
}

/** What a data set holds that is no number, or none that a weight has, in words. h5py stores complex numbers as pairs of `r` and `i`. */
export function otherType({ type, size, compound_type: pair }: DatasetHead): string {
  if (pair?.members.map(({ name }) => name).join() === 'r,i') return `complex numbers (complex${8 * size})`;
  if (type === float) return `floats of ${8 * size} bits`;
  return texts.includes(type) ? 'texts' : 'values that are no numbers';
}

/**
 * The elements as float32. Integers beyond 2²⁴ and float64 are rounded, as Keras rounds them when it assigns them to a variable.
 *
 * @param bytes Row-major and little-endian, at the start of their memory, which is used again for float32.
 */
export function toFloat32Values(bytes: Uint8Array, type: StoredType): Float32Array {
  const { buffer, length } = bytes as Uint8Array<ArrayBuffer>;
  if (type === 'float32') return new Float32Array(buffer, 0, length / Float32Array.BYTES_PER_ELEMENT);
  switch (type) {
    case 'float16':
      return Float32Array.from(new Uint16Array(buffer), fromFloat16Bits);
    case 'bfloat16':
      return new Float32Array(Uint32Array.from(new Uint16Array(buffer), (bits) => bits << 16).buffer);
    case 'int64':
      return Float32Array.from(new BigInt64Array(buffer), Number);
    case 'uint64':
      return Float32Array.from(new BigUint64Array(buffer), Number);
    default:
      return Float32Array.from(new views[type](buffer));
  }
}

const views = {
  float64: Float64Array,
  int8: Int8Array,
  int16: Int16Array,
  int32: Int32Array,
  uint8: Uint8Array,
  uint16: Uint16Array,
  uint32: Uint32Array,
  bool: Uint8Array,
} as const;
