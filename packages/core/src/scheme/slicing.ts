import { LowbitError } from '../errors/error.js';
import { sizeOf } from './shape.js';
import type { Slicing } from './types.js';

type Values = Float32Array | Uint8Array | Uint16Array;

/**
 * Where the slices of a tensor lie. In *slice-major* order the values of slice 0 come first, then those of
 * slice 1, and so on; within a slice they keep their row-major order.
 */
export interface SliceLayout {
  readonly count: number;
  /** Index of the slice's first value in slice-major order. */
  start(slice: number): number;
  /** Index after the slice's last value in slice-major order. */
  end(slice: number): number;
  /** Values from row-major to slice-major order; the same array when the two are equal. */
  toSliceMajor<V extends Values>(values: V): V;
  /** The inverse. */
  fromSliceMajor<V extends Values>(values: V): V;
}

/** The layout of `slicing` on a tensor of `shape`. Throws `invalid-argument` when the two do not fit. */
export function sliceLayout(shape: readonly number[], slicing: Slicing): SliceLayout {
  checkSlicing(shape, slicing);
  if (slicing === 'tensor') return axesLayout(shape, []);
  return 'axes' in slicing
    ? axesLayout(shape, slicing.axes)
    : groupLayout(shape, slicing.along, slicing.group);
}

/**
 * The shape of a tensor that holds one parameter a slice: `shape` with every shared axis 1 (`axes`), or with
 * `shape[along]` replaced by the number of groups.
 */
export function parameterShape(shape: readonly number[], slicing: Slicing): number[] {
  if (slicing === 'tensor') return shape.map(() => 1);
  if ('axes' in slicing) return shape.map((size, axis) => (slicing.axes.includes(axis) ? size : 1));
  return shape.map((size, axis) => (axis === slicing.along ? Math.ceil(size / slicing.group) : size));
}

function checkSlicing(shape: readonly number[], slicing: Slicing): void {
  if (slicing === 'tensor') return;
  const axes = 'axes' in slicing ? slicing.axes : [slicing.along];
  const ascending = axes.every((axis, i) => i === 0 || axis > (axes[i - 1] as number));
  const inside = axes.every((axis) => Number.isInteger(axis) && axis >= 0 && axis < shape.length);
  const group = 'axes' in slicing ? 1 : slicing.group;
  if (ascending && inside && Number.isInteger(group) && group >= 1) return;
  throw new LowbitError({
    code: 'invalid-argument',
    where: 'slicing',
    expected: `ascending axes of a tensor with ${shape.length} dimensions and a group of at least 1`,
    received: JSON.stringify(slicing),
  });
}

function axesLayout(shape: readonly number[], axes: readonly number[]): SliceLayout {
  const shared = shape.map((_, axis) => axis).filter((axis) => !axes.includes(axis));
  const count = sizeOf(axes.map((axis) => shape[axis] as number));
  const length = sizeOf(shared.map((axis) => shape[axis] as number));
  const order = [...axes, ...shared];
  const contiguous = isIdentity(order.filter((axis) => shape[axis] !== 1));
  return {
    count,
    start: (slice) => slice * length,
    end: (slice) => (slice + 1) * length,
    toSliceMajor: (values) => (contiguous ? values : permute(values, shape, order, 'gather')),
    fromSliceMajor: (values) => (contiguous ? values : permute(values, shape, order, 'scatter')),
  };
}

function groupLayout(shape: readonly number[], along: number, group: number): SliceLayout {
  const size = shape[along] as number;
  const after = sizeOf(shape.slice(along + 1));
  const groups = Math.ceil(size / group);
  const rows = sizeOf(shape.slice(0, along));
  const lengthOf = (g: number) => Math.min(group, size - g * group);
  const start = (slice: number) => {
    const q = slice % after;
    const g = Math.floor(slice / after) % groups;
    const row = Math.floor(slice / (after * groups));
    return row * size * after + g * group * after + q * lengthOf(g);
  };
  const reorder = <V extends Values>(values: V, direction: 'gather' | 'scatter'): V => {
    if (after === 1) return values;
    const result = new (values.constructor as new (length: number) => V)(values.length);
    for (let block = 0; block < rows * groups; block++) {
      const first = Math.floor(block / groups) * size * after + (block % groups) * group * after;
      transposeBlock(values, result, first, lengthOf(block % groups), after, direction);
    }
    return result;
  };
  return {
    count: rows * groups * after,
    start,
    end: (slice) => start(slice) + lengthOf(Math.floor(slice / after) % groups),
    toSliceMajor: (values) => reorder(values, 'gather'),
    fromSliceMajor: (values) => reorder(values, 'scatter'),
  };
}

/** Transposes the block `[rows, columns]` at `first`: row-major on one side, column-major on the other. */
function transposeBlock(
  from: Values,
  to: Values,
  first: number,
  rows: number,
  columns: number,
  direction: string,
): void {
  for (let column = 0; column < columns; column++) {
    for (let row = 0; row < rows; row++) {
      const rowMajor = first + row * columns + column;
      const columnMajor = first + column * rows + row;
      if (direction === 'gather') to[columnMajor] = from[rowMajor] as number;
      else to[rowMajor] = from[columnMajor] as number;
    }
  }
}

function isIdentity(order: readonly number[]): boolean {
  return order.every((axis, i) => i === 0 || axis > (order[i - 1] as number));
}

/** Copies between row-major order of `shape` and the order in which the axes are sorted as `order` says. */
function permute<V extends Values>(
  values: V,
  shape: readonly number[],
  order: readonly number[],
  direction: 'gather' | 'scatter',
): V {
  const strides = shape.map((_, axis) => sizeOf(shape.slice(axis + 1)));
  const sizes = order.map((axis) => shape[axis] as number);
  const steps = order.map((axis) => strides[axis] as number);
  const result = new (values.constructor as new (length: number) => V)(values.length);
  const inner = sizes.length - 1;
  const innerSize = sizes[inner] as number;
  const innerStep = steps[inner] as number;
  const index = sizes.map(() => 0);
  for (let base = 0, permuted = 0; permuted < values.length; permuted += innerSize) {
    for (let i = 0; i < innerSize; i++) {
      const rowMajor = base + i * innerStep;
      if (direction === 'gather') result[permuted + i] = values[rowMajor] as number;
      else result[rowMajor] = values[permuted + i] as number;
    }
    base = advance(index, sizes, steps, inner - 1, base);
  }
  return result;
}

/** Counts the odometer `index` on by one in axis `axis` and returns the new base address. */
function advance(
  index: number[],
  sizes: readonly number[],
  steps: readonly number[],
  axis: number,
  base: number,
): number {
  for (let a = axis; a >= 0; a--) {
    const step = steps[a] as number;
    index[a] = (index[a] as number) + 1;
    if ((index[a] as number) < (sizes[a] as number)) return base + step;
    base -= step * ((sizes[a] as number) - 1);
    index[a] = 0;
  }
  return base;
}
