import { addProduct } from '@lowbit/core/method';

/** Rows that are factored before their products are taken off those below. */
const rowsAtOnce = 64;

/**
 * The factor R of a symmetric positive definite matrix A = Rᵀ R, written over its upper triangle, some rows at a time: those
 * below lose the products of these with themselves. K³/6 multiplications, half of them for K = 2·64.
 *
 * @param a K × K, row-major; what lies below the diagonal is not looked at.
 * @returns Whether the matrix is positive definite; where it is not, nothing is known of what was written.
 */
export function cholesky(a: Float64Array, size: number): boolean {
  for (let from = 0; from < size; from += rowsAtOnce) {
    const to = Math.min(size, from + rowsAtOnce);
    if (!factorRows(a, size, from, to)) return false;
    subtractProducts(a, size, from, to);
  }
  return true;
}

/** The rows `from` … `to` of the factor, when those above have left their products. */
function factorRows(a: Float64Array, size: number, from: number, to: number): boolean {
  for (let row = from; row < to; row++) {
    const pivot = a[row * size + row] as number;
    if (!(pivot > 0)) return false;
    const scale = 1 / Math.sqrt(pivot);
    for (let at = row * size + row; at < (row + 1) * size; at++) a[at]! *= scale;
    for (let below = row + 1; below < to; below++) {
      const factor = a[row * size + below] as number;
      if (factor === 0) continue;
      for (let column = below; column < size; column++)
        a[below * size + column]! -= factor * (a[row * size + column] as number);
    }
  }
  return true;
}

/** Takes the products of the rows `from` … `to` with themselves off the matrix behind them. */
function subtractProducts(a: Float64Array, size: number, from: number, to: number): void {
  const factor = a.slice(from * size, to * size);
  const negative = factor.map((value) => -value);
  const across = { rows: to - from, rowStep: size };
  const down = { columns: to - from, rowStep: 1, columnStep: size };
  for (let row = to; row < size; row += rowsAtOnce) {
    const [rows, columns] = [Math.min(rowsAtOnce, size - row), size - row];
    addProduct(
      { values: a, from: row * size + row, rows, columns, rowStep: size },
      { values: negative, from: row, rows, ...down },
      { values: factor, from: row, columns, ...across },
    );
  }
}
