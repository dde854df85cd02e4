import { must } from '../law.js';
import { sameNumbers, show } from '../show.js';
import type { TensorValue } from './tensor-value.js';

/**
 * Throws unless the shapes are equal and every value is within `permitted(expected)` of the expected one.
 */
export function compare(
  received: TensorValue,
  expected: TensorValue,
  permitted: (value: number) => number,
  where: string,
): void {
  must(
    sameNumbers(received.shape, expected.shape),
    () => `${where}: shape ${show(received.shape)} should be ${show(expected.shape)}`,
  );
  const wanted = Array.from(expected.data);
  must(
    received.data.length === wanted.length,
    () => `${where}: ${received.data.length} values, not ${wanted.length}`,
  );
  const index = wanted.findIndex((value, i) => {
    const other = received.data[i] as number;
    return other !== value && !(Math.abs(other - value) <= permitted(value));
  });
  must(index < 0, () => `${where}: value ${index} is ${received.data[index]}, not ${wanted[index]}`);
}
