import type { QuantizedTensor } from '@lowbit/core';
import { zeroPointForm, type ZeroPointForm } from '@lowbit/core/adapter';
import { centredCodes, type CentredCodes } from '../forms/centred-codes.js';

/** A weight as 8-bit codes around one zero point: value = scale · (code − zeroPoint), one scale an output channel. */
export interface Int8Weight {
  /** Row-major in the weight's shape; from −128 to 127 once the zero point is taken off. */
  readonly codes: CentredCodes['codes'];
  readonly zeroPoint: number;
  /** As many as there are output channels; negative where codes are mirrored to fit. */
  readonly scale: Float32Array;
  /** Bits of a code as it was quantized, at most 8. */
  readonly bits: number;
}

/**
 * The signed codes of a weight whose only channel axis is `channelAxis`, or why integer operators cannot take it.
 * Values are never changed: only the origin of codes is moved.
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
  const centred = exact && (asTheyAre(exact, scheme.levels) ?? centredCodes(tensor, exact, 8));
  if (centred === undefined) return notSymmetric;
  const scale = Float32Array.from(
    { length: channels },
    (_, channel) => centred.scale[perTensor ? 0 : channel] as number,
  );
  return { codes: centred.codes, zeroPoint: centred.zeroPoint, scale, bits };
}

/** Codes around one zero point from which int8 reaches all levels: none has to be moved or mirrored. */
function asTheyAre(exact: ZeroPointForm, levels: number): CentredCodes | undefined {
  const [zeroPoint = 0] = exact.zeroPoints;
  const isHeld = zeroPoint <= 128 && levels - 1 - zeroPoint <= 127;
  return isHeld && exact.zeroPoints.every((one) => one === zeroPoint) ? { ...exact, zeroPoint } : undefined;
}

/** The codes around 0. */
export function signedCodes({ codes, zeroPoint }: Pick<Int8Weight, 'codes' | 'zeroPoint'>): Int8Array {
  return new Int8Array(movedBytes(codes, -zeroPoint).buffer, 0, codes.length);
}

/** The lowest byte of each code plus `by`, modulo 256; four are moved at a time. */
export function movedBytes(codes: ArrayLike<number>, by: number): Uint8Array {
  const moved = new Uint8Array(4 * Math.ceil(codes.length / 4));
  moved.set(codes);
  const words = new Int32Array(moved.buffer);
  const step = (by & 0xff) * 0x01010101;
  // The highest bit of each byte is added apart, so that no byte carries into the next.
  for (let i = 0; i < words.length; i++) {
    const word = words[i] as number;
    words[i] = ((word & 0x7f7f7f7f) + (step & 0x7f7f7f7f)) ^ ((word ^ step) & 0x80808080);
  }
  return moved.subarray(0, codes.length);
}

const notSymmetric =
  'its grid is not symmetric about 0, which integer operators need: choose a method that has a symmetric grid';
