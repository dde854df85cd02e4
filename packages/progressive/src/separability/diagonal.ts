/** The trace of a square matrix `[size, size]`, row-major. */
export function traceOf(matrix: Float64Array, size: number): number {
  let sum = 0;
  for (let i = 0; i < size; i++) sum += matrix[i * (size + 1)] as number;
  return sum;
}

/** Adds a number to every value on the diagonal of a square matrix, in place. */
export function addToDiagonal(matrix: Float64Array, size: number, value: number): void {
  for (let i = 0; i < size; i++) matrix[i * (size + 1)] = (matrix[i * (size + 1)] as number) + value;
}
