import { seededRandom } from '@lowbit/core';

/** Rows of zeros, of one value, on one side of 0, nearly zero, and with an outlier among ordinary ones. */
export function edgeValues(rows: number, columns: number): Float32Array {
  const random = seededRandom(3);
  const values = Float32Array.from({ length: rows * columns }, () => 2 * random() - 1);
  const row = (at: number, of: (value: number) => number) => {
    for (let i = at * columns; i < (at + 1) * columns; i++) values[i] = of(values[i]!);
  };
  row(0, () => 0);
  row(1, () => 0.3);
  row(2, () => -0.7);
  row(3, Math.abs);
  row(4, (value) => -Math.abs(value));
  row(5, (value) => value * 1e-3);
  values[6 * columns] = 20;
  return values;
}
