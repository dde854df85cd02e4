import { joinBytes } from '../numeric/join-bytes.js';
import { LowbitError } from '../errors/error.js';

/** Where an array lies among the bytes; offset and length in bytes and values. */
export interface StoredArray {
  readonly type: 'float32' | 'uint8';
  readonly offset: number;
  readonly length: number;
}

/** Collects arrays one behind the other. */
export function arrayWriter(): {
  readonly add: (values: Float32Array | Uint8Array) => StoredArray;
  readonly bytes: () => Uint8Array;
} {
  const parts: Uint8Array[] = [];
  let offset = 0;
  return {
    add(values) {
      const bytes = new Uint8Array(values.buffer, values.byteOffset, values.byteLength).slice();
      parts.push(bytes);
      offset += bytes.length;
      const type = values instanceof Float32Array ? 'float32' : 'uint8';
      return { type, offset: offset - bytes.length, length: values.length };
    },
    bytes: () => joinBytes(parts),
  };
}

type Read = {
  (place: unknown, type: 'float32'): Float32Array;
  (place: unknown, type: 'uint8'): Uint8Array;
};

/** Reads arrays back; a place that is not among the bytes, and bytes that no array has, are `checkpoint-invalid`. */
export function arrayReader(
  data: Uint8Array,
  where: string,
): { readonly read: Read; readonly finish: () => void } {
  let used = 0;
  const read = (place: unknown, type: StoredArray['type']) => {
    const { offset, length, type: found } = (place ?? {}) as Partial<StoredArray>;
    const size = type === 'float32' ? 4 : 1;
    const isPlace = Number.isSafeInteger(offset) && Number.isSafeInteger(length) && found === type;
    const [from, count] = [offset ?? -1, length ?? -1];
    if (!isPlace || from < 0 || count < 0 || from + count * size > data.length)
      throw outside(where, place, data.length);
    used += count * size;
    const bytes = data.slice(from, from + count * size);
    return type === 'float32' ? new Float32Array(bytes.buffer) : bytes;
  };
  const finish = () => {
    if (used !== data.length) throw unused(where, used, data.length);
  };
  return { read: read as Read, finish };
}

function outside(where: string, place: unknown, size: number): LowbitError {
  return new LowbitError({
    code: 'checkpoint-invalid',
    where,
    expected: `an array among the ${size} bytes of data`,
    received: JSON.stringify(place) ?? 'nothing',
    remedy: 'Give the JSON and the data of one checkpoint, unchanged.',
  });
}

function unused(where: string, used: number, size: number): LowbitError {
  return new LowbitError({
    code: 'checkpoint-invalid',
    where,
    expected: `${used} bytes of data, those that its arrays have`,
    received: `${size}`,
    remedy: 'Give the JSON and the data of one checkpoint, unchanged.',
  });
}
