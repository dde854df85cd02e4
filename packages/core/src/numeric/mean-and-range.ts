import { checkNumbers } from '../errors/check-kinds.js';

/** Mean and population standard deviation (divided by n), two passes in float64. Zero for no values. */
export function meanAndDeviation(values: ArrayLike<number>): { mean: number; deviation: number } {
  checkNumbers(values, 'meanAndDeviation(values)');
  const n = values.length;
  if (n === 0) return { mean: 0, deviation: 0 };
  let sum = 0;
  for (let i = 0; i < n; i++) sum += values[i] as number;
  const mean = sum / n;
  let squares = 0;
  for (let i = 0; i < n; i++) squares += ((values[i] as number) - mean) ** 2;
  return { mean, deviation: Math.sqrt(squares / n) };
}

/** Smallest and largest value; `{ min: 0, max: 0 }` for no values. */
export function range(values: ArrayLike<number>): { min: number; max: number } {
  checkNumbers(values, 'range(values)');
  if (values.length === 0) return { min: 0, max: 0 };
  let min = Infinity;
  let max = -Infinity;
  for (let i = 0; i < values.length; i++) {
    const value = values[i] as number;
    if (value < min) min = value;
    if (value > max) max = value;
  }
  return { min, max };
}
