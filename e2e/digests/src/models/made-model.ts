import { sizeOf, uniform } from '../random.js';

/** Values of an input; whole numbers are indices. */
export interface MadeInput {
  readonly shape: readonly number[];
  readonly data: readonly number[];
}

/** A model in the version of an operator set, and values to run it on. */
export interface MadeModel {
  readonly bytes: Uint8Array;
  /** Files beside it, by path. */
  readonly files?: Readonly<Record<string, Uint8Array>>;
  readonly inputs: Readonly<Record<string, MadeInput>>;
}

export function noise(shape: readonly number[], seed: number): MadeInput {
  const random = uniform(seed);
  return { shape, data: Array.from({ length: sizeOf(shape) }, () => Math.fround(2 * random() - 1)) };
}

export function indices(shape: readonly number[], below: number, seed: number): MadeInput {
  const random = uniform(seed);
  return { shape, data: Array.from({ length: sizeOf(shape) }, () => Math.floor(random() * below)) };
}
