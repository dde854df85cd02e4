import { checkNumbers } from '../errors/check-kinds.js';
import { LowbitError } from '../errors/error.js';
import { sizeOf } from './shape.js';
import { axesRuns, groupRuns, type SliceRuns } from './slice-runs.js';
import type { Slicing } from './types.js';

type Values = Float32Array | Uint8Array | Uint16Array | Uint32Array;

/**
 * Where the slices of a tensor lie. In *slice-major* order the values of slice 0 come first, then those of
 * slice 1, and so on; within a slice they keep their row-major order.
 */
export interface SliceLayout {
  readonly count: number;
  /** Values of each slice, where all have as many. */
  readonly length: number | undefined;
  /** Index of the slice's first value in slice-major order. */
  start(slice: number): number;
  /** Index after the slice's last value in slice-major order. */
  end(slice: number): number;
  /** The same slices in row-major order. */
  readonly runs: SliceRuns;
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
  checkSlicing(shape, slicing);
  if (slicing === 'tensor') return shape.map(() => 1);
  if ('axes' in slicing) return shape.map((size, axis) => (slicing.axes.includes(axis) ? size : 1));
  return shape.map((size, axis) => (axis === slicing.along ? Math.ceil(size / slicing.group) : size));
}

function checkSlicing(shape: readonly number[], slicing: Slicing): void {
  checkNumbers(shape, 'shape');
  if (slicing === 'tensor') return;
  const given = Object(slicing) as { axes?: readonly number[]; along?: number; group?: number };
  const axes = Array.isArray(given.axes) ? (given.axes as readonly number[]) : [given.along as number];
  const ascending = axes.every((axis, i) => i === 0 || axis > (axes[i - 1] as number));
  const inside = axes.every((axis) => Number.isInteger(axis) && axis >= 0 && axis < shape.length);
  const group = Array.isArray(given.axes) ? 1 : given.group;
  if (ascending && inside && Number.isInteger(group) && (group as number) >= 1) return;
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
  const order = [...axes, ...shared].filter((axis) => shape[axis] !== 1);
  const isSliceMajor = order.every((axis, i) => i === 0 || axis > (order[i - 1] as number));
  const start = (slice: number) => slice * length;
  const runs = axesRuns(shape, axes);
  return {
    count,
    length,
    start,
    end: (slice) => (slice + 1) * length,
    runs,
    ...orders(isSliceMajor, count, start, runs),
  };
}

function groupLayout(shape: readonly number[], along: number, group: number): SliceLayout {
  const size = shape[along] as number;
  const after = sizeOf(shape.slice(along + 1));
  const groups = Math.ceil(size / group);
  const rows = sizeOf(shape.slice(0, along));
  const count = rows * groups * after;
  const lengthOf = (g: number) => Math.min(group, size - g * group);
  const start = (slice: number) => {
    const q = slice % after;
    const g = Math.floor(slice / after) % groups;
    const row = Math.floor(slice / (after * groups));
    return row * size * after + g * group * after + q * lengthOf(g);
  };
  const runs = groupRuns(shape, along, group);
  return {
    count,
    length: size % group === 0 ? group : undefined,
    start,
    end: (slice) => start(slice) + lengthOf(Math.floor(slice / after) % groups),
    runs,
    ...orders(after === 1, count, start, runs),
  };
}

/** The two directions between row-major and slice-major order. */
function orders(
  isSliceMajor: boolean,
  count: number,
  start: SliceLayout['start'],
  { step, each }: SliceRuns,
): Pick<SliceLayout, 'toSliceMajor' | 'fromSliceMajor'> {
  const reorder = <V extends Values>(values: V, copy: (from: V, to: V, places: Uint32Array) => void): V => {
    if (isSliceMajor) return values;
    const result = new (values.constructor as new (length: number) => V)(values.length);
    // Where the next value of each slice is, in slice-major order.
    const places = new Uint32Array(count);
    for (let slice = 0; slice < count; slice++) places[slice] = start(slice);
    copy(values, result, places);
    return result;
  };
  return {
    toSliceMajor: (values) =>
      reorder(values, (from, to, places) =>
        each((first, end, slice) => {
          for (let i = first, s = slice; i < end; i++, s += step) to[places[s]!++] = from[i] as number;
        }),
      ),
    fromSliceMajor: (values) =>
      reorder(values, (from, to, places) =>
        each((first, end, slice) => {
          for (let i = first, s = slice; i < end; i++, s += step) to[i] = from[places[s]!++] as number;
        }),
      ),
  };
}
