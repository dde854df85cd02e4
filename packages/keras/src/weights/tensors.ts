import type { PackedTensor } from '@lowbit/core';
import { sizeOf } from '@lowbit/core/adapter';
import type { StoredType } from '../hdf5/contents.js';

/** A tensor of a file, or one that is made of several. */
export interface StoredTensor {
  /** Where it is in the file, for messages. */
  readonly path: string;
  readonly shape: readonly number[];
  readonly type: StoredType;
  /** Codes and parameters, where lowbit quantized it. */
  readonly packed?: PackedTensor;
  /** The values, freshly read, row-major. */
  read(): Promise<Float32Array>;
}

/** The same values in another shape. */
export function reshaped(tensor: StoredTensor, shape: readonly number[]): StoredTensor {
  return { ...tensor, shape };
}

/** Axis `i` of the result is axis `order[i]` of the tensor. */
export function transposed(tensor: StoredTensor, order: readonly number[]): StoredTensor {
  const steps = stepsOf(tensor.shape);
  const shape = order.map((axis) => tensor.shape[axis]!);
  return gathered(
    tensor,
    shape,
    0,
    order.map((axis) => steps[axis]!),
  );
}

/** The first `axes` axes run the other way. */
export function flipped(tensor: StoredTensor, axes: number): StoredTensor {
  const steps = stepsOf(tensor.shape);
  const start = tensor.shape.slice(0, axes).reduce((sum, size, axis) => sum + (size - 1) * steps[axis]!, 0);
  return gathered(
    tensor,
    tensor.shape,
    start,
    steps.map((step, axis) => (axis < axes ? -step : step)),
  );
}

/** Tensors one after the other along the last axis; they are equal in all other axes. */
export function joined(tensors: readonly StoredTensor[]): StoredTensor {
  const [first] = tensors as readonly [StoredTensor];
  const widths = tensors.map(({ shape }) => shape.at(-1) ?? 1);
  const width = widths.reduce((sum, each) => sum + each, 0);
  const shape = [...first.shape.slice(0, -1), width];
  return {
    ...first,
    shape,
    async read() {
      const values = new Float32Array(sizeOf(shape));
      let column = 0;
      for (const [i, tensor] of tensors.entries()) {
        const part = await tensor.read();
        const own = widths[i]!;
        for (let row = 0; row * own < part.length; row++)
          values.set(part.subarray(row * own, (row + 1) * own), row * width + column);
        column += own;
      }
      return values;
    },
  };
}

/** How far apart neighbours along each axis lie. */
function stepsOf(shape: readonly number[]): readonly number[] {
  return shape.map((_, axis) => sizeOf(shape.slice(axis + 1)));
}

/** Values that begin at `start` and lie `steps` apart along each axis. */
function gathered(
  tensor: StoredTensor,
  shape: readonly number[],
  start: number,
  steps: readonly number[],
): StoredTensor {
  return {
    ...tensor,
    shape,
    async read() {
      const values = await tensor.read();
      const result = new Float32Array(values.length);
      const position = shape.map(() => 0);
      for (let to = 0, from = start; to < result.length; to++) {
        result[to] = values[from]!;
        for (let axis = shape.length - 1; axis >= 0; axis--) {
          from += steps[axis]!;
          if (++position[axis]! < shape[axis]!) break;
          from -= position[axis]! * steps[axis]!;
          position[axis] = 0;
        }
      }
      return result;
    },
  };
}
