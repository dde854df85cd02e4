import { seededRandom } from '@lowbit/core';
import { sizeOf } from '@lowbit/core/adapter';
import { normalWeights } from './build.js';
import type { MadeInput } from './made-model.js';

/** Normal values of deviation 1. */
export function normalInput(shape: readonly number[], seed: number): MadeInput {
  const count = sizeOf(shape);
  return { type: 'float32', shape, data: normalWeights(count, 1, seed) };
}

/** Whole numbers from 0 to `below` − 1. */
export function indexInput(shape: readonly number[], below: number, seed: number): MadeInput {
  const random = seededRandom(seed);
  const count = sizeOf(shape);
  const data = BigInt64Array.from({ length: count }, () => BigInt(Math.floor(random() * below)));
  return { type: 'int64', shape, data };
}

export function boolInput(value: boolean): MadeInput {
  return { type: 'bool', shape: [], data: Uint8Array.of(value ? 1 : 0) };
}
