import { checkNumbers } from '../errors/check-kinds.js';
import { LowbitError } from '../errors/error.js';

/** Number of values of a shape; 1 for the empty shape. */
export function sizeOf(shape: readonly number[]): number {
  checkNumbers(shape, 'sizeOf(shape)');
  return shape.reduce((product, dimension) => product * dimension, 1);
}

/** Throws `invalid-argument` unless every dimension is an integer ≥ 0 and their product is `length`. */
export function checkShape(shape: readonly number[], length: number, where: string): void {
  const valid = shape.every((dimension) => Number.isSafeInteger(dimension) && dimension >= 0);
  if (valid && sizeOf(shape) === length) return;
  throw new LowbitError({
    code: 'invalid-argument',
    where,
    expected: `a shape of ${length} values`,
    received: `[${shape.join(', ')}]`,
  });
}
