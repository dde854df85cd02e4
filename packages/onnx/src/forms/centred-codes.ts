import type { QuantizedTensor } from '@lowbit/core';
import { type AffineScheme, sliceLayout, type ZeroPointForm } from '@lowbit/core/adapter';

/** Codes around one zero point that all slices share: value = scale · (code − zeroPoint). */
export interface CentredCodes {
  readonly codes: Uint8Array | Uint16Array;
  /** One a slice, negative where the codes of the slice are mirrored. */
  readonly scale: Float32Array;
  readonly zeroPoint: number;
  /** The same, for each slice. */
  readonly zeroPoints: Uint16Array;
}

/**
 * The codes moved to the zero point 2^(width − 1), which packed operators take where none is given. A slice is moved as
 * a whole, or mirrored, since code 2 · zeroPoint − c with scale −s is the same value as c with s: no value changes.
 * `undefined` where a slice has more levels on one side of 0 than the width leaves.
 *
 * @param exact The tensor with integer zero points.
 * @param width Bits in which the codes are to be stored, at least those of the tensor.
 */
export function centredCodes(
  tensor: QuantizedTensor,
  exact: ZeroPointForm,
  width: number,
): CentredCodes | undefined {
  const zeroPoint = 2 ** (width - 1);
  const { levels } = tensor.scheme as AffineScheme;
  const scale = exact.scale.slice();
  const shift = new Int32Array(scale.length);
  for (let s = 0; s < scale.length; s++) {
    const below = exact.zeroPoints[s] as number;
    const above = levels - 1 - below;
    const kept = below <= zeroPoint && above < zeroPoint;
    if (!kept && !(above <= zeroPoint && below < zeroPoint)) return undefined;
    shift[s] = kept ? zeroPoint - below : zeroPoint + below;
    if (!kept) scale[s] = -(scale[s] as number);
  }
  const codes = movedCodes(tensor, exact.codes, scale, shift, width);
  return { codes, scale, zeroPoint, zeroPoints: exact.zeroPoints.map(() => zeroPoint) };
}

/** Each code plus the shift of its slice, where the scale is negative the shift minus the code. */
function movedCodes(
  { shape, slicing }: QuantizedTensor,
  codes: ZeroPointForm['codes'],
  scale: Float32Array,
  shift: Int32Array,
  width: number,
): CentredCodes['codes'] {
  if (shift.every((by, s) => by === 0 && (scale[s] as number) >= 0)) return codes;
  const moved = width > 8 ? new Uint16Array(codes.length) : new Uint8Array(codes.length);
  const { step, each } = sliceLayout(shape, slicing).runs;
  each((from, to, slice) => {
    for (let i = from, s = slice; i < to; i++, s += step) {
      const code = codes[i] as number;
      moved[i] = (shift[s] as number) + ((scale[s] as number) < 0 ? -code : code);
    }
  });
  return moved;
}

/** The codes around one zero point: as they are where all slices share it, else moved within their own width. */
export function sharedZeroPoint(tensor: QuantizedTensor, exact: ZeroPointForm): CentredCodes | undefined {
  const [zeroPoint = 0] = exact.zeroPoints;
  if (!exact.zeroPoints.every((one) => one === zeroPoint)) return centredCodes(tensor, exact, tensor.bits);
  return { ...exact, zeroPoint };
}
