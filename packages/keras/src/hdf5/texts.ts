import type { ready } from 'h5wasm';

type Module = Awaited<typeof ready>;

/** What HDF5 says about the value of an attribute. */
interface AttributeHead {
  /** Class of the type, `H5T_class_t`: 3 is text. */
  readonly type: number;
  /** Bytes of one element: of a text of open length, of the pointer to it. */
  readonly size: number;
  /** Whether the texts are of open length. */
  readonly vlen: boolean;
  readonly total_size: number;
  /** Empty for one value, null for none. */
  readonly shape: readonly number[] | null;
}

const text = 3;

/**
 * An attribute that is a text or a list of texts, as bytes of UTF-8: h5py marks the bytes that Keras gives it as ASCII, whatever they are, and h5wasm
 * reads what is so marked one letter a byte.
 *
 * @returns undefined for an attribute of another type. h5py writes an empty list of names as an empty list of numbers.
 */
export function textAttribute(
  module: Module,
  file: bigint,
  path: string,
  name: string,
  { type, size, vlen, total_size: count, shape }: AttributeHead,
): string | readonly string[] | undefined {
  if (shape === null) return undefined;
  if (count === 0) return [];
  if (type !== text) return undefined;
  const pointer = Number(module._malloc(size * count));
  if (pointer === 0) throw new Error(`there is no memory for the attribute ${name} of ${path}`);
  try {
    module.get_attribute_data(file, path, name, BigInt(pointer));
    // Memory grows, and then is another one.
    const memory = module.HEAPU8;
    const starts = vlen
      ? new Uint32Array(memory.slice(pointer, pointer + size * count).buffer)
      : Uint32Array.from({ length: count }, (_, i) => pointer + i * size);
    const texts = Array.from(starts, (start) => textAt(memory, start, vlen ? memory.length : start + size));
    return shape.length === 0 ? texts[0]! : texts;
  } finally {
    if (vlen) module.reclaim_vlen_memory(file, path, name, BigInt(pointer));
    module._free(pointer);
  }
}

const utf8 = new TextDecoder('utf-8', { ignoreBOM: true });

/** The text that ends with a zero, or where its place does. One of open length that was never written begins nowhere. */
function textAt(memory: Uint8Array, start: number, end: number): string {
  if (start === 0) return '';
  const zero = memory.indexOf(0, start);
  return utf8.decode(memory.subarray(start, zero < 0 ? end : Math.min(zero, end)));
}
