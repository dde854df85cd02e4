import { zeroPointForm, type AffineScheme, type QuantizedTensor } from '@lowbit/core';
import { onGrid } from './plain-weight.js';
import type { StoredWeight } from './stored-weights.js';

/**
 * A quantized tensor as unmodified TensorFlow.js holds it: its codes, on one even grid for the whole tensor. Loaded, it has the
 * values of its levels, computed as TensorFlow.js does: rounded to float32 once, where runtimes round after each step.
 *
 * @param least The narrowest numbers to take; 16 bits are taken where there are more than 256 levels.
 * @returns `undefined` for a codebook, a residual scheme, and where slices have grids of their own.
 */
export function plainTensor(
  name: string,
  tensor: QuantizedTensor,
  least: 'uint8' | 'uint16' = 'uint8',
): StoredWeight | undefined {
  const { scheme, shape, codes } = tensor;
  if (scheme.kind !== 'affine' || scheme.scale.length !== 1) return undefined;
  const dtype = scheme.levels > 256 ? 'uint16' : least;
  const [scale] = scheme.scale as unknown as [number];
  return onGrid(name, shape, codes, {
    dtype,
    scale,
    min: scale === 0 ? offsetOf(scheme) : minOf(tensor, scheme),
  });
}

/** The value of code 0, not rounded where 0 is a level, so that this level stays exactly 0. */
function minOf(tensor: QuantizedTensor, scheme: AffineScheme): number {
  const [scale] = scheme.scale as unknown as [number];
  const zeroPoint = zeroPointForm(tensor)?.zeroPoints[0];
  if (zeroPoint !== undefined) return 0 - zeroPoint * scale;
  return scheme.offset === undefined ? (-(scheme.levels - 1) / 2) * scale : offsetOf(scheme);
}

function offsetOf({ offset }: AffineScheme): number {
  return offset?.[0] ?? 0;
}
