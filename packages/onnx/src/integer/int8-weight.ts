import { zeroPointForm, type QuantizedTensor } from '@lowbit/core';

/** A weight as signed 8-bit codes around 0: value = scale · code, one scale an output channel. */
export interface Int8Weight {
  /** Row-major in the weight's shape, −127 … 127 (−128 where the grid reaches it). */
  readonly codes: Int8Array;
  /** As many as there are output channels. */
  readonly scale: Float32Array;
}

/**
 * The signed codes of a weight whose only channel axis is `channelAxis`, or why integer operators cannot take it.
 * Codes are never changed: only their origin is moved.
 */
export function int8Weight(tensor: QuantizedTensor, channelAxis: number): Int8Weight | string {
  const { bits, slicing, shape, scheme } = tensor;
  if (scheme.kind !== 'affine') return `its ${scheme.kind} scheme has no integer codes`;
  if (bits > 8) return `its codes have ${bits} bits, and integer operators take at most 8`;
  const channels = shape[channelAxis] as number;
  const perTensor = slicing === 'tensor';
  const perChannel =
    !perTensor &&
    'axes' in slicing &&
    slicing.axes.every((axis) => axis === channelAxis || shape[axis] === 1);
  if (!perTensor && !perChannel) return 'its scales run along other axes than the output channels';
  const exact = zeroPointForm(tensor);
  const middle = (scheme.levels - 1) / 2;
  const zero = exact?.zeroPoints[0] ?? 0;
  const symmetric = zero === Math.floor(middle) || zero === Math.ceil(middle);
  if (exact === undefined || !symmetric || exact.zeroPoints.some((one) => one !== zero)) return notSymmetric;
  return {
    codes: Int8Array.from(exact.codes, (code) => code - zero),
    scale: Float32Array.from(
      { length: channels },
      (_, channel) => exact.scale[perTensor ? 0 : channel] as number,
    ),
  };
}

const notSymmetric =
  'its grid is not symmetric about 0, which integer operators need: quantize the weights with absmax';
