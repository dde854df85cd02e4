import type { QuantizedTensor } from '@lowbit/core';
import {
  checkArgument,
  evenLevels,
  levelsOf,
  levelValue,
  sliceLayout,
  sliceParameters,
  zeroPointForm,
  type AffineScheme,
  type EvenLevels,
} from '@lowbit/core/adapter';
import { onGrid } from './plain-weight.js';
import type { StoredWeight } from './stored-weights.js';

/**
 * A quantized tensor as unmodified TensorFlow.js holds it: its codes, on one even grid for the whole tensor. Loaded, it has the
 * values of its levels, computed as TensorFlow.js does: rounded to float32 once, where runtimes round after each step.
 *
 * @param least The narrowest numbers to take; 16 bits are taken where there are more than 256 levels.
 * @returns `undefined` for a codebook or residual scheme whose levels are not evenly spaced, and where slices have grids of their own.
 */
export function plainTensor(
  name: string,
  tensor: QuantizedTensor,
  least: 'uint8' | 'uint16' = 'uint8',
): StoredWeight | undefined {
  checkArgument(typeof (Object(tensor) as QuantizedTensor).scheme === 'object', tensor, {
    where: 'plainTensor: tensor',
    expected: 'a quantized tensor',
    remedy: 'encode gives one; floats are for plainWeight.',
  });
  const { scheme, shape, slicing, codes } = tensor;
  const grid = sliceLayout(shape, slicing).count === 1 ? gridOf(tensor) : undefined;
  const dtype = levelsOf(scheme) > 256 ? 'uint16' : least;
  return grid && onGrid(name, shape, codes, { dtype, ...grid });
}

/** The even grid of a tensor of one slice. */
function gridOf(tensor: QuantizedTensor): EvenLevels | undefined {
  const { scheme } = tensor;
  if (scheme.kind !== 'affine') {
    const value = levelValue(sliceParameters(scheme, 0));
    return evenLevels(Float32Array.from({ length: levelsOf(scheme) }, (_, code) => value(code)));
  }
  const scale = scheme.scale[0] as number;
  return { scale, min: scale === 0 ? offsetOf(scheme) : minOf(tensor, scheme) };
}

/** The value of code 0, not rounded where 0 is a level, so that this level stays exactly 0. */
function minOf(tensor: QuantizedTensor, scheme: AffineScheme): number {
  const scale = scheme.scale[0] as number;
  const zeroPoint = zeroPointForm(tensor)?.zeroPoints[0];
  if (zeroPoint !== undefined) return 0 - zeroPoint * scale;
  return scheme.offset === undefined ? (-(scheme.levels - 1) / 2) * scale : offsetOf(scheme);
}

function offsetOf({ offset }: AffineScheme): number {
  return offset?.[0] ?? 0;
}
