import type { IntegerWeights } from '@lowbit/kernels';
import { decode, type QuantizedTensor } from '@lowbit/core';

/**
 * Integers of a quantized kernel, or why there are none.
 *
 * @param outputAxes Which together are the output channels.
 * @param narrowest Bits of a weight that the kernels have at least.
 */
export function integerWeights(
  tensor: QuantizedTensor,
  values: Float32Array,
  outputAxes: readonly number[],
  narrowest: 4 | 8,
): IntegerWeights | string {
  const { shape, bits, codes, scheme, slicing } = tensor;
  if (scheme.kind !== 'affine')
    return `its weights are sums of signs or a codebook (${scheme.kind}), not an even grid`;
  if (bits > 8) return `its weights have ${bits} bits, more than 8`;
  const axes = outputAxes.filter((axis) => shape[axis] !== 1);
  const isByOutput =
    slicing !== 'tensor' &&
    'axes' in slicing &&
    `${slicing.axes.filter((axis) => shape[axis] !== 1)}` === `${axes}`;
  if (slicing !== 'tensor' && !isByOutput)
    return 'its grids are not one for each output channel or for the whole weight';
  if (decode(tensor).some((value, at) => value !== values[at]))
    return 'its weights were changed since they were quantized';
  const width = bits <= narrowest ? narrowest : 8;
  const { scale, levels } = scheme;
  // value = scale · code + offset, where a symmetric grid has its offset half of the levels below 0.
  const offset = scheme.offset ?? scale.map((step) => (-step * (levels - 1)) / 2);
  const { factor, start, isShifted } = integersOf(levels, scale, offset, width);
  return {
    shape,
    values: Int8Array.from(codes, (code) => code * factor - start),
    bits: width,
    scales: scale.map((step) => step / factor),
    shifts: scale.map((step, slice) => (isShifted ? offset[slice]! + step * start : 0)),
  };
}

/** Which integers codes become: code · factor − start. Where it can be, 0 stands for 0, which saves the shift. */
function integersOf(levels: number, scale: Float32Array, offset: Float32Array, width: 4 | 8) {
  const middle = 2 ** (width - 1);
  for (const factor of [1, 2]) {
    const starts = scale.map((step, slice) => Math.round((-offset[slice]! / step) * factor));
    const start = starts[0] ?? 0;
    const isNone = scale.every((step, slice) => offset[slice] === Math.fround((-step / factor) * start));
    const fits = start <= middle && (levels - 1) * factor - start < middle;
    if (isNone && fits) return { factor, start, isShifted: false };
  }
  return { factor: 1, start: middle, isShifted: true };
}
