import { panelColumns, panelsOf } from '@lowbit/core/method';

/**
 * The factor R of a symmetric positive definite matrix A = Rᵀ R, written over its upper triangle, panel by panel: those right of and
 * below a panel of rows lose its products with itself. K³/6 multiplications, half of them for K = 2·64.
 *
 * @param a K × K, row-major; what lies below the diagonal is not looked at, and stays.
 * @returns Whether the matrix is positive definite; where it is not, nothing is known of what was written.
 */
export function cholesky(a: Float64Array, size: number): boolean {
  for (let from = 0; from < size; from += panelColumns) {
    const to = Math.min(size, from + panelColumns);
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
  const count = Math.ceil((size - to) / panelColumns);
  if (count === 0) return;
  const { panels, product } = panelsOf('float64', count, to - from);
  const endOf = (panel: number) => Math.min(size, to + (panel + 1) * panelColumns);
  for (const [i, panel] of panels.entries()) {
    const first = to + i * panelColumns;
    if (endOf(i) - first < panelColumns) panel.fill(0);
    for (let row = from; row < to; row++)
      panel.set(a.subarray(row * size + first, row * size + endOf(i)), (row - from) * panelColumns);
  }
  for (let i = 0; i < count; i++)
    for (let j = i; j < count; j++) {
      const own = product(i, j);
      const first = to + j * panelColumns;
      for (let row = to + i * panelColumns, at = 0; row < endOf(i); row++, at += panelColumns)
        for (let column = first, k = at; column < endOf(j); column++, k++)
          a[row * size + column]! -= own[k] as number;
    }
}
