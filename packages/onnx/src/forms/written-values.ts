import { decode, type QuantizedTensor, roundToFloat16, type StorageNote } from '@lowbit/core';
import { DataType } from '../schema/proto.js';

/** The values that a file has where it turns decoded ones into a type of 16 bits; absent where those stay as they are. */
export function writtenValues(tensor: QuantizedTensor, type: DataType): Pick<StorageNote, 'written'> {
  if (type === DataType.FLOAT16) return { written: () => decode(tensor).map(roundToFloat16) };
  if (type === DataType.BFLOAT16) return { written: () => toBfloat16(decode(tensor)) };
  return {};
}

/** Rounded half to even to the upper 16 bits of float32, in place. */
function toBfloat16(values: Float32Array): Float32Array {
  const bits = new Uint32Array(values.buffer, values.byteOffset, values.length);
  bits.forEach((word, at) => {
    bits[at] = (word + 0x7fff + ((word >>> 16) & 1)) & 0xffff0000;
  });
  return values;
}
