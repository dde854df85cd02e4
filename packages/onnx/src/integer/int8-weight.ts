import { sliceLayout, zeroPointForm, type AffineScheme, type QuantizedTensor } from '@lowbit/core';

/** A weight as signed 8-bit codes around 0: value = scale · code, one scale an output channel. */
export interface Int8Weight {
  /** Row-major in the weight's shape, −127 … 127 (−128 where the grid reaches it). */
  readonly codes: Int8Array;
  /** As many as there are output channels. */
  readonly scale: Float32Array;
  /** Bits of a code as it was quantized, at most 8. */
  readonly bits: number;
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
  const zero = zeroPointOf(tensor, scheme);
  if (zero === undefined) return notSymmetric;
  // Slices of scale 0 are constant 0 on a symmetric grid, whatever their codes.
  const steps = scheme.scale.map((one) => (one === 0 ? 1 : one));
  const scale = Float32Array.from(
    { length: channels },
    (_, channel) => steps[perTensor ? 0 : channel] as number,
  );
  return { codes: signedCodes(tensor, scheme, zero), scale, bits };
}

function signedCodes(
  { shape, slicing, codes }: QuantizedTensor,
  { scale }: AffineScheme,
  zero: number,
): Int8Array {
  const signed = new Int8Array(codes.length);
  const { step, each } = sliceLayout(shape, slicing).runs;
  each((from, to, slice) => {
    for (let i = from, s = slice; i < to; i++, s += step)
      signed[i] = scale[s] === 0 ? 0 : (codes[i] as number) - zero;
  });
  return signed;
}

/** The integer zero point that all slices share, if it is the middle of the grid. */
function zeroPointOf(tensor: QuantizedTensor, { levels, offset }: AffineScheme): number | undefined {
  const middle = (levels - 1) / 2;
  if (offset === undefined) return Number.isInteger(middle) ? middle : undefined;
  const zeros = zeroPointForm(tensor)?.zeroPoints;
  const [zero = -1] = zeros ?? [];
  const symmetric = zero === Math.floor(middle) || zero === Math.ceil(middle);
  return symmetric && zeros?.every((one) => one === zero) ? zero : undefined;
}

const notSymmetric =
  'its grid is not symmetric about 0, which integer operators need: quantize the weights with absmax:levels=odd';
