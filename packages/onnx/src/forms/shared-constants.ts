import { makeTensor } from '../graph/make-tensor.js';
import type { DataType, TensorProto } from '../schema/proto.js';

/** Small constants that several weights of one graph use: shapes, powers of two. Each is stored once. */
export interface SharedConstants {
  /** The constant with these values; made when it is new, and stored only after {@link keep}. */
  find(type: DataType, dims: readonly number[], values: readonly number[]): TensorProto;
  has(tensor: TensorProto): boolean;
  keep(tensors: readonly TensorProto[]): void;
  /** What was kept, in that order. */
  readonly kept: ReadonlySet<TensorProto>;
}

/** @param newName Gives names that are unique in the model. */
export function sharedConstants(newName: () => string): SharedConstants {
  const known = new Map<string, TensorProto>();
  const kept = new Set<TensorProto>();
  return {
    kept,
    find(type, dims, values) {
      const key = `${type}[${dims.join()}]${values.join()}`;
      const tensor = known.get(key) ?? makeTensor(newName(), type, dims, values);
      known.set(key, tensor);
      return tensor;
    },
    has: (tensor) => kept.has(tensor),
    keep: (tensors) => tensors.forEach((tensor) => kept.add(tensor)),
  };
}
