import type { IntegerWeights } from '@lowbit/kernels';
import { decode, type QuantizedTensor } from '@lowbit/core';

/** Integers of a quantized kernel, or why there are none. */
export function integerWeights(tensor: QuantizedTensor, values: Float32Array): IntegerWeights | string {
  const { shape, bits, codes, scheme, slicing } = tensor;
  if (scheme.kind !== 'affine')
    return `its weights are sums of signs or a codebook (${scheme.kind}), not an even grid`;
  if (bits > 8) return `its weights have ${bits} bits, more than 8`;
  const outputAxis = shape.length - 1;
  const isByOutput = slicing !== 'tensor' && 'axes' in slicing && `${slicing.axes}` === `${outputAxis}`;
  if (slicing !== 'tensor' && !isByOutput)
    return 'its grids are not one for each output channel or for the whole weight';
  if (decode(tensor).some((value, at) => value !== values[at]))
    return 'its weights were changed since they were quantized';
  const width = bits <= 4 ? 4 : 8;
  const middle = 2 ** (width - 1);
  const { scale, levels } = scheme;
  // value = scale · code + offset, where a symmetric grid has its offset half of the levels below 0.
  const offset = scheme.offset ?? scale.map((step) => (-step * (levels - 1)) / 2);
  return {
    shape,
    values: Int8Array.from(codes, (code) => code - middle),
    bits: width,
    scales: scale,
    shifts: scale.map((step, slice) => offset[slice]! + step * middle),
  };
}
