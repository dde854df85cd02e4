import type { QuantizedTensor } from '@lowbit/core';
import type { Fragment } from './fragment.js';
import { parameterGrid, type ParameterGrid } from './parameter-grid.js';
import type { Target } from '../target/target.js';
import { expandAffine } from './expand-affine.js';
import { expandCodebook } from './expand-codebook.js';
import { expandResidual } from './expand-residual.js';

/** A weight that a fragment computes. */
export interface Computed {
  /** Name of the value. */
  readonly value: string;
  /** Short name of the form. */
  readonly form: string;
  /** Width that a code is stored in. */
  readonly storedBits: number;
}

/** A computed weight with the shape that it has before it gets the source's own. */
export interface Shaped extends Computed {
  readonly shape: readonly number[];
}

/**
 * Decodes a tensor by operators that the runtime folds to a constant at load: float speed and float memory. The
 * result is that of `decode`, operation by operation, except that float16 parameters go with zero points.
 */
export function expand(to: Fragment, tensor: QuantizedTensor, target: Target): Shaped {
  const grid = parameterGrid(tensor.shape, tensor.slicing);
  return { ...expandScheme(to, tensor, grid, target), shape: grid.codes };
}

/** Decodes a tensor, or the rows of it that the grid asks for. */
export function expandScheme(
  to: Fragment,
  tensor: QuantizedTensor,
  grid: ParameterGrid,
  target: Target,
): Computed {
  const { scheme } = tensor;
  if (scheme.kind === 'affine') return expandAffine(to, tensor, scheme, grid, target);
  if (scheme.kind === 'codebook') return expandCodebook(to, tensor, scheme, grid, target);
  return expandResidual(to, tensor, scheme, grid, target);
}
