/**
 * The numbers by which the terms of each row have to be multiplied so that their sums come closest to the row's value, relative to it.
 *
 * @param rows Terms with the value that they add up to.
 */
export function leastSquares(
  rows: readonly (readonly [terms: readonly number[], value: number])[],
): number[] {
  const scaled = rows.map(([terms, value]) => terms.map((term) => term / value));
  const size = scaled[0]?.length ?? 0;
  const sum = (of: (row: readonly number[]) => number) => scaled.reduce((total, row) => total + of(row), 0);
  const each = (count: number) => Array.from({ length: count }, (_, at) => at);
  const matrix = each(size).map((i) => [
    ...each(size).map((j) => sum((row) => row[i]! * row[j]!)),
    sum((row) => row[i]!),
  ]);
  for (const pivot of each(size)) {
    const factor = matrix[pivot]![pivot]!;
    matrix[pivot] = matrix[pivot]!.map((one) => one / factor);
    for (const other of each(size)) {
      if (other === pivot) continue;
      const times = matrix[other]![pivot]!;
      matrix[other] = matrix[other]!.map((one, at) => one - times * matrix[pivot]![at]!);
    }
  }
  return matrix.map((row) => row[size]!);
}
