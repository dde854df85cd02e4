import type { Slicing } from '@lowbit/core';
import { parameterShape } from '@lowbit/core/adapter';
import * as tf from '@tensorflow/tfjs-core';

/** A part of a tensor whose slices have the same length, as a matrix `[slices, values a slice]`. */
export interface Block {
  /** Numbers of the slices, in the order of the rows. */
  readonly slices: readonly number[];
  toMatrix(x: tf.Tensor): tf.Tensor;
  /** The inverse: the part in its own shape. */
  fromMatrix(matrix: tf.Tensor): tf.Tensor;
}

/** A tensor cut into blocks, and put together again. */
export interface MatrixForm {
  readonly blocks: readonly Block[];
  join(parts: readonly tf.Tensor[]): tf.Tensor;
}

/** How a tensor of this shape becomes matrices: one, or two where the last group of each row is short. */
export function matrixForm(shape: readonly number[], slicing: Slicing): MatrixForm {
  if (slicing === 'tensor') return whole(permuted(shape, []));
  return 'axes' in slicing ? whole(permuted(shape, slicing.axes)) : grouped(shape, slicing);
}

function whole(block: Block): MatrixForm {
  return { blocks: [block], join: ([part]) => part as tf.Tensor };
}

/** The rows are the indices of `axes`. */
function permuted(shape: readonly number[], axes: readonly number[]): Block {
  const order = [...axes, ...shape.map((_, axis) => axis).filter((axis) => !axes.includes(axis))];
  const inverse = order.map((_, axis) => order.indexOf(axis));
  const sorted = order.map((axis) => shape[axis] as number);
  const rows = tf.util.sizeFromShape(sorted.slice(0, axes.length));
  const isSorted = order.every((axis, i) => axis === i);
  const transpose = (x: tf.Tensor, by: number[]) => (isSorted ? x : tf.transpose(x, by));
  return {
    slices: Array.from({ length: rows }, (_, slice) => slice),
    toMatrix: (x) => tf.reshape(transpose(x, order), [rows, -1]),
    fromMatrix: (matrix) => transpose(tf.reshape(matrix, sorted), inverse),
  };
}

function grouped(
  shape: readonly number[],
  { along, group }: Extract<Slicing, { along: number }>,
): MatrixForm {
  const size = shape[along] as number;
  const full = size - (size % group);
  const numbers = parameterShape(shape, { along, group });
  const parts = [
    { start: 0, length: full, group },
    { start: full, length: size - full, group: size - full },
  ].filter(({ length }) => length > 0);
  const blocks = parts.map(({ start, length, group: each }) => {
    const own = shape.map((count, axis) => (axis === along ? length : count));
    const first = shape.map((_, axis) => (axis === along ? start : 0));
    const split = [...own.slice(0, along), length / each, each, ...own.slice(along + 1)];
    const inner = permuted(
      split,
      split.map((_, axis) => axis).filter((axis) => axis !== along + 1),
    );
    return {
      slices: sliceNumbers(numbers, along, start / group, length / each),
      toMatrix: (x: tf.Tensor) => inner.toMatrix(tf.reshape(tf.slice(x, first, own), split)),
      fromMatrix: (matrix: tf.Tensor) => tf.reshape(inner.fromMatrix(matrix), own),
    };
  });
  return {
    blocks,
    join: (pieces) => (pieces.length === 1 ? (pieces[0] as tf.Tensor) : tf.concat([...pieces], along)),
  };
}

/** Row-major numbers of the slices whose index on the axis is from `first` on. */
function sliceNumbers(grid: readonly number[], axis: number, first: number, count: number): number[] {
  const after = tf.util.sizeFromShape(grid.slice(axis + 1));
  const groups = grid[axis] as number;
  return Array.from({ length: tf.util.sizeFromShape([...grid]) }, (_, slice) => slice).filter((slice) => {
    const index = Math.floor(slice / after) % groups;
    return index >= first && index < first + count;
  });
}
