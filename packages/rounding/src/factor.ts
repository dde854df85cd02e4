import { cholesky } from './cholesky.js';

/** A factor of the matrix of the inputs, in an order of theirs. */
export interface Factor {
  /** The input that each row and column of R belongs to. */
  readonly order: Uint32Array;
  /** R, upper, row-major: Rᵀ R = H + λ I in that order. */
  readonly factor: Float64Array;
}

/**
 * Factors H + λ I with λ the share `damping` of the mean of its diagonal, so that inputs which others nearly tell do not make the
 * choice blow up. An input that was always 0 has λ alone, and a matrix of zeros is taken for I: both leave every weight to itself.
 *
 * @param order From the input that is decided on last to the one that comes first.
 */
export function dampedFactor(
  gram: Float32Array,
  inputs: number,
  order: Uint32Array,
  damping: number,
): Factor {
  const mean = meanDiagonal(gram, inputs);
  // What single precision loses in a matrix of low rank, more damping makes up for.
  for (let share = damping; ; share = Math.max(1e-6, 10 * share)) {
    const factor = inOrder(gram, inputs, order);
    for (let i = 0; i < inputs; i++) factor[i * inputs + i]! += mean === 0 ? 1 : share * mean;
    if (cholesky(factor, inputs)) return { order, factor };
  }
}

/** The mean of the diagonal of a square matrix. */
export function meanDiagonal(gram: Float32Array, size: number): number {
  let sum = 0;
  for (let i = 0; i < size; i++) sum += gram[i * size + i] as number;
  return size === 0 ? 0 : sum / size;
}

/** The upper triangle of the matrix with its rows and columns in another order. */
function inOrder(gram: Float32Array, size: number, order: Uint32Array): Float64Array {
  const result = new Float64Array(size * size);
  for (let i = 0; i < size; i++) {
    const from = (order[i] as number) * size;
    for (let j = i; j < size; j++) result[i * size + j] = gram[from + (order[j] as number)] as number;
  }
  return result;
}

/** The inputs from the last to the first, so that the first is decided on first. */
export const inTurn = (inputs: number): Uint32Array =>
  Uint32Array.from({ length: inputs }, (_, i) => inputs - 1 - i);

/** The inputs by their mean square, the largest last, so that it is decided on first; among equals, the first. */
export function byActivity(gram: Float32Array, inputs: number): Uint32Array {
  const square = (input: number) => gram[input * inputs + input] as number;
  return inTurn(inputs).sort((a, b) => square(a) - square(b) || b - a);
}
