import { sizeOf } from '@lowbit/core/adapter';
import { attributeOf, integerAttribute } from '../../graph/attributes.js';
import { constantValue, isFoldable } from '../../graph/constant-value.js';
import { DataType } from '../../schema/proto.js';
import type { ConstantCall, ConstantOperator } from './constant-call.js';
import { ofType } from './of-type.js';
import { broadcastShape, spread } from './spread.js';

const sizes = (list: readonly number[] | undefined): readonly number[] | undefined =>
  list?.every((size) => size >= 0) === true ? list : undefined;

/** One value everywhere, 0 where none is given; its dimensions are the input. */
export const constantOfShape: ConstantOperator = {
  dims: ({ integers, type }) => (type(0)?.dims[0] === 0 ? [] : sizes(integers(0))),
  compute({ node }, dims) {
    const tensor = attributeOf(node, 'value')?.t;
    const value = tensor === undefined ? { type: DataType.FLOAT, values: [0] } : constantValue(tensor);
    return value && ofType(value.type, dims, new Float64Array(sizeOf(dims)).fill(value.values[0] ?? 0));
  },
};

/** Broadcasts to a shape, which may be smaller. */
export const expand: ConstantOperator = {
  dims({ type, integers }) {
    const [shape, target] = [type(0)?.dims, sizes(integers(1))];
    return shape && target && broadcastShape(shape, target);
  },
  compute({ value }, dims) {
    const x = value(0);
    return x && ofType(x.type, dims, Array.from(spread(x.values, x.dims, dims)));
  },
};

/** Puts copies side by side along each axis. */
export const tile: ConstantOperator = {
  dims({ type, integers }) {
    const [shape, repeats] = [type(0)?.dims, sizes(integers(1))];
    if (shape === undefined || repeats?.length !== shape.length) return undefined;
    return shape.map((size, axis) => size * (repeats[axis] as number));
  },
  compute({ value }, dims) {
    const x = value(0);
    if (x === undefined) return undefined;
    const copied = x.dims.flatMap((size, axis) => [(dims[axis] as number) / (size || 1), size]);
    const from = x.dims.flatMap((size) => [1, size]);
    return ofType(x.type, dims, Array.from(spread(x.values, from, copied)));
  },
};

/** start, start + delta … below the limit, three scalars. */
export const range: ConstantOperator = {
  dims({ value }) {
    const [start, limit, delta] = scalars(value, 3);
    if (start === undefined || limit === undefined || delta === undefined || delta === 0) return undefined;
    const count = Math.max(0, Math.ceil((limit - start) / delta));
    return Number.isSafeInteger(count) ? [count] : undefined;
  },
  compute({ type, value }, dims) {
    const [start = 0, , delta = 0] = scalars(value, 3);
    const of = type(0)?.type;
    const values = Array.from({ length: sizeOf(dims) }, (_, i) => start + i * delta);
    return of === undefined ? undefined : ofType(of, dims, values);
  },
};

const scalars = (value: ConstantCall['value'], count: number) =>
  Array.from({ length: count }, (_, input) => value(input)?.values[0]);

/** The dimensions themselves, from axis `start` to `end`. */
export const shape: ConstantOperator = {
  dims: (call) => [partOfShape(call)?.length ?? 0],
  compute: (call, dims) => ofType(DataType.INT64, dims, partOfShape(call) ?? []),
};

const partOfShape = ({ node, type }: ConstantCall) =>
  type(0)?.dims.slice(
    integerAttribute(node, 'start', 0),
    attributeOf(node, 'end') === undefined ? undefined : integerAttribute(node, 'end', 0),
  );

/** The number of values. */
export const size: ConstantOperator = {
  dims: () => [],
  compute: ({ type }, dims) => ofType(DataType.INT64, dims, [sizeOf(type(0)?.dims ?? [])]),
};

/** Ones on a diagonal of a matrix of the input's shape. */
export const eyeLike: ConstantOperator = {
  dims: ({ type }) => (type(0)?.dims.length === 2 ? type(0)?.dims : undefined),
  compute({ node, type }, dims) {
    const of = integerAttribute(node, 'dtype', type(0)?.type ?? DataType.FLOAT) as DataType;
    if (!isFoldable(of)) return undefined;
    const k = integerAttribute(node, 'k', 0);
    return ofType(
      of,
      dims,
      onPlaces(dims, (row, column) => Number(column === row + k)),
    );
  },
};

/** Keeps the upper or lower triangle of each matrix. */
export const trilu: ConstantOperator = {
  dims: ({ type }) => ((type(0)?.dims.length ?? 0) >= 2 ? type(0)?.dims : undefined),
  compute({ node, value }, dims) {
    const x = value(0);
    const k = value(1)?.values[0] ?? 0;
    const upper = integerAttribute(node, 'upper', 1) === 1;
    if (x === undefined || (node.input[1] && value(1) === undefined)) return undefined;
    const keeps = (row: number, column: number) => (upper ? column >= row + k : column <= row + k);
    const kept = onPlaces(dims, (row, column, at) => (keeps(row, column) ? (x.values[at] as number) : 0));
    return ofType(x.type, dims, kept);
  },
};

/** A number for each place of the matrices that the last two axes are. */
function onPlaces(
  dims: readonly number[],
  give: (row: number, column: number, at: number) => number,
): number[] {
  const [rows = 1, columns = 1] = dims.slice(-2);
  return Array.from({ length: sizeOf(dims) }, (_, at) =>
    give(Math.floor(at / columns) % rows, at % columns, at),
  );
}
