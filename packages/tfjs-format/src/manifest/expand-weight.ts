import { fromFloat16Bits, sizeOf } from '@lowbit/core/adapter';
import { checkStored } from './check-given.js';
import { expandPacked } from './packed-weight.js';
import type { StoredWeight } from './stored-weights.js';
import { isPacked, type PlainQuantization } from './weight-spec.js';

/**
 * The values of a float weight, however it is stored: float32, half precision, uint8 or uint16 with scale and min as
 * TensorFlow.js writes them (value = scale · number + min, rounded once to float32), or packed by lowbit.
 *
 * @throws LowbitError `packed-data` when packed bytes do not fit their header.
 */
export function expandWeight(weight: StoredWeight, where: string): Float32Array {
  checkStored(weight, 'expandWeight');
  const { spec, bytes } = weight;
  if (isPacked(spec)) return expandPacked(weight, where);
  const own = bytes.slice();
  if (spec.quantization === undefined) return new Float32Array(own.buffer);
  return expandPlain(spec.quantization as PlainQuantization, own.buffer, sizeOf(spec.shape));
}

function expandPlain(quantization: PlainQuantization, buffer: ArrayBuffer, count: number): Float32Array {
  const values = new Float32Array(count);
  if (quantization.dtype === 'float16') {
    const halves = new Uint16Array(buffer);
    for (let i = 0; i < count; i++) values[i] = fromFloat16Bits(halves[i] as number);
    return values;
  }
  const { scale, min, dtype } = quantization;
  const numbers = dtype === 'uint8' ? new Uint8Array(buffer) : new Uint16Array(buffer);
  for (let i = 0; i < count; i++) values[i] = (numbers[i] as number) * scale + min;
  return values;
}
