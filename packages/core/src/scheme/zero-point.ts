import { checkTensor } from './check-tensor.js';
import { constantStep, middleOf } from './constant-step.js';
import { sliceLayout } from './slicing.js';
import type { AffineScheme, QuantizedTensor } from './types.js';

/** An affine tensor as runtimes with integer zero points store it: value = scale · (code − zeroPoint). */
export interface ZeroPointForm {
  readonly codes: Uint8Array | Uint16Array;
  /** One positive scale a slice. */
  readonly scale: Float32Array;
  /** One integer in 0 … levels − 1 a slice. */
  readonly zeroPoints: Uint16Array;
}

/**
 * The tensor with integer zero points, or `undefined` when its grid has none (a code grid shifted by half a
 * step, a free offset, a codebook). Constant slices are coded anew, in steps of their own, those of zeros as the zero point.
 */
export function zeroPointForm(tensor: QuantizedTensor): ZeroPointForm | undefined {
  checkTensor(tensor, 'zeroPointForm(tensor)');
  const { scheme } = tensor;
  if (scheme.kind !== 'affine' || scheme.levels < 2) return undefined;
  const zeroPoints = integerZeroPoints(scheme);
  if (zeroPoints === undefined) return undefined;
  if (!scheme.scale.includes(0)) return { codes: tensor.codes, scale: scheme.scale, zeroPoints };
  return recodeConstants(tensor, scheme, zeroPoints);
}

/** What was found of a scheme, which several steps ask for. */
const known = new WeakMap<AffineScheme, Uint16Array | 'none'>();

/**
 * The integer zero point of every slice, if all have one; that of a constant slice is its `constantStep`'s. The scheme may
 * not change afterwards.
 */
export function integerZeroPoints(scheme: AffineScheme): Uint16Array | undefined {
  const found = known.get(scheme) ?? findZeroPoints(scheme) ?? 'none';
  known.set(scheme, found);
  return found === 'none' ? undefined : found;
}

function findZeroPoints(scheme: AffineScheme): Uint16Array | undefined {
  const { scale, offset, levels } = scheme;
  const zeroPoints = new Uint16Array(scale.length);
  for (let s = 0; s < scale.length; s++) {
    const zeroPoint = zeroPointOf(scale[s] as number, offset?.[s], levels);
    if (zeroPoint === undefined) return undefined;
    zeroPoints[s] = zeroPoint;
  }
  return zeroPoints;
}

function zeroPointOf(scale: number, offset: number | undefined, levels: number): number | undefined {
  if (offset === undefined) return levels % 2 === 1 ? middleOf(levels) : undefined;
  if (scale === 0) return constantZeroPoint(offset, levels);
  const zeroPoint = Math.round(-offset / scale);
  const exact = zeroPoint >= 0 && zeroPoint < levels && Math.fround(-zeroPoint * scale) === offset;
  return exact ? zeroPoint : undefined;
}

/** None for constants near the largest float32: scale · code of their grid would be infinite. */
function constantZeroPoint(constant: number, levels: number): number | undefined {
  const { scale, zeroPoint } = constantStep(constant, levels);
  return Number.isFinite(Math.fround(scale * (levels - 1))) ? zeroPoint : undefined;
}

function recodeConstants(
  tensor: QuantizedTensor,
  scheme: AffineScheme,
  zeroPoints: Uint16Array,
): ZeroPointForm {
  const layout = sliceLayout(tensor.shape, tensor.slicing);
  const codes = layout.toSliceMajor(tensor.codes).slice();
  const scale = scheme.scale.slice();
  for (let s = 0; s < scale.length; s++) {
    if (scale[s] !== 0) continue;
    const step = constantStep(scheme.offset?.[s] ?? 0, scheme.levels);
    scale[s] = step.scale;
    codes.fill(step.code, layout.start(s), layout.end(s));
  }
  return { codes: layout.fromSliceMajor(codes), scale, zeroPoints };
}
