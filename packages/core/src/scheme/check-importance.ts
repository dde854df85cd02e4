import { checkNumbers } from '../errors/check-kinds.js';
import { LowbitError } from '../errors/error.js';

/**
 * Whether importance was given and says anything: not when it is all 0. Throws `invalid-argument` when its
 * length differs from that of the values, or a number is negative or not finite.
 */
export function checkImportance(
  values: Float32Array,
  importance: Float32Array | undefined,
): importance is Float32Array {
  if (importance === undefined) return false;
  checkNumbers(importance, 'importance');
  if (importance.length !== values.length) {
    throw broken(`${values.length} numbers, one a value`, `${importance.length} numbers`);
  }
  const index = importance.findIndex((weight) => !(weight >= 0 && weight < Infinity));
  if (index >= 0) throw broken('finite numbers of at least 0', `${importance[index]} at index ${index}`);
  return importance.some((weight) => weight > 0);
}

function broken(expected: string, received: string): LowbitError {
  return new LowbitError({ code: 'invalid-argument', where: 'importance', expected, received });
}
