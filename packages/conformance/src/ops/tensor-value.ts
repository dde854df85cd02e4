/** A tensor read back from an interpreter: row-major. */
export interface TensorValue {
  readonly shape: readonly number[];
  readonly data: ArrayLike<number>;
}

/** Reads a tensor of an interpreter. */
export type ToArray<T> = (tensor: T) => TensorValue | Promise<TensorValue>;
