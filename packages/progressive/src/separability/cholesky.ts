/**
 * The Cholesky factor L of a symmetric positive definite matrix A = L·Lᵀ, in float64.
 *
 * @param matrix `[size, size]`, row-major; only the lower triangle is read
 * @returns L, whose upper triangle is 0
 */
export function cholesky(matrix: Float64Array, size: number): Float64Array {
  const factor = new Float64Array(size * size);
  for (let i = 0; i < size; i++) {
    for (let j = 0; j <= i; j++) {
      let rest = matrix[i * size + j] as number;
      for (let k = 0; k < j; k++) rest -= (factor[i * size + k] as number) * (factor[j * size + k] as number);
      factor[i * size + j] = i === j ? Math.sqrt(rest) : rest / (factor[j * size + j] as number);
    }
  }
  return factor;
}

/**
 * The solution y of L·y = b, so that ‖y‖² = bᵀA⁻¹b for A = L·Lᵀ.
 *
 * @param start b is 0 before this index, and so is y: nothing is computed there
 */
export function solveLower(
  factor: Float64Array,
  size: number,
  b: ArrayLike<number>,
  start = 0,
): Float64Array {
  const y = new Float64Array(size);
  for (let i = start; i < size; i++) {
    let rest = b[i] as number;
    for (let k = start; k < i; k++) rest -= (factor[i * size + k] as number) * (y[k] as number);
    y[i] = rest / (factor[i * size + i] as number);
  }
  return y;
}

/** The solution x of Lᵀ·x = y. */
export function solveUpper(factor: Float64Array, size: number, y: ArrayLike<number>): Float64Array {
  const x = Float64Array.from(y);
  for (let i = size - 1; i >= 0; i--) {
    x[i] = (x[i] as number) / (factor[i * size + i] as number);
    for (let k = 0; k < i; k++) x[k] = (x[k] as number) - (factor[i * size + k] as number) * (x[i] as number);
  }
  return x;
}
