import { sizeOf } from '../scheme/shape.js';
import type { WeightDescriptor } from './descriptors.js';

/**
 * Reads one weight after the other, where the port can into the same memory, in which the one before is then lost.
 *
 * @param weights All that come: the largest says how much memory it takes.
 */
export function weightReader(
  weights: readonly WeightDescriptor[],
): (weight: WeightDescriptor) => Promise<Float32Array> {
  let memory: Float32Array | undefined;
  return async (weight) => {
    memory ??= new Float32Array(largest(weights));
    return await weight.read(memory.subarray(0, sizeOf(weight.shape)));
  };
}

/** The number of values of the largest weight. */
const largest = (weights: readonly WeightDescriptor[]): number =>
  weights.reduce((most, { shape }) => Math.max(most, sizeOf(shape)), 0);
