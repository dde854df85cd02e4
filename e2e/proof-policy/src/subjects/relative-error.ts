import type { RunOutputs } from '@lowbit/core';

/**
 * Mean squared error of outputs over their variance, all batches together, mean of the float outputs: 0 is none, 1 as much as a constant
 * loses.
 */
export function relativeError(original: readonly RunOutputs[], result: readonly RunOutputs[]): number {
  const names = Object.keys(original[0] ?? {}).filter((name) => original[0]?.[name]?.isInteger !== true);
  const errors = names.map((name) => {
    let [count, sum, squares, off] = [0, 0, 0, 0];
    original.forEach((outputs, batch) => {
      const values = outputs[name]?.data ?? new Float32Array();
      const others = result[batch]?.[name]?.data ?? new Float32Array();
      values.forEach((value, i) => {
        count++;
        sum += value;
        squares += value * value;
        off += (value - (others[i] ?? NaN)) ** 2;
      });
    });
    return off / (squares - (sum * sum) / count);
  });
  return errors.reduce((sum, error) => sum + error / errors.length, 0);
}

/** How many decibels the second error is below the first. */
export const decibelsBelow = (error: number, other: number): number => 10 * Math.log10(error / other);
