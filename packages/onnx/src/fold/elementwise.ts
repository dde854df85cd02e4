import { sizeOf } from '@lowbit/core/adapter';
import { DataType } from '../schema/proto.js';
import type { ConstantValue } from '../graph/constant-value.js';

/** Float operations on pairs; the result is rounded to float32 by the caller. */
export const pairs: ReadonlyMap<string, (a: number, b: number) => number> = new Map([
  ['Add', (a: number, b: number) => a + b],
  ['Sub', (a: number, b: number) => a - b],
  ['Mul', (a: number, b: number) => a * b],
  ['Div', (a: number, b: number) => a / b],
]);

/** The same on single values. */
export const singles: ReadonlyMap<string, (a: number) => number> = new Map([
  ['Sqrt', Math.sqrt],
  ['Neg', (a: number) => -a],
]);

/** Computes an elementwise operator on constants; `undefined` for other operators, types and shapes. */
export function elementwise(op: string, inputs: readonly ConstantValue[]): ConstantValue | undefined {
  const [a, b] = inputs;
  const single = singles.get(op);
  if (single !== undefined && a?.type === DataType.FLOAT && inputs.length === 1) {
    return { ...a, values: Float32Array.from(a.values, single) };
  }
  const pair = pairs.get(op);
  if (pair === undefined || a === undefined || b === undefined || a.type !== b.type) return undefined;
  if (a.type === DataType.BOOL || (op === 'Div' && a.type !== DataType.FLOAT)) return undefined;
  const dims = broadcastShape(a.dims, b.dims);
  return dims && combined(a, b, dims, pair);
}

function combined(
  a: ConstantValue,
  b: ConstantValue,
  dims: readonly number[],
  pair: (a: number, b: number) => number,
): ConstantValue | undefined {
  const [first, second] = [broadcastIndex(a.dims, dims), broadcastIndex(b.dims, dims)];
  const at = (_: unknown, index: number) =>
    pair(a.values[first(index)] as number, b.values[second(index)] as number);
  const length = sizeOf(dims);
  if (a.type === DataType.FLOAT) return { type: a.type, dims, values: Float32Array.from({ length }, at) };
  const values = Array.from({ length }, at);
  return values.every(Number.isSafeInteger) ? { type: a.type, dims, values } : undefined;
}

/** The shape of two broadcast shapes, or `undefined` when they do not fit. */
export function broadcastShape(a: readonly number[], b: readonly number[]): number[] | undefined {
  const rank = Math.max(a.length, b.length);
  const sizes = Array.from({ length: rank }, (_, axis) => {
    const [one, other] = [a[axis - rank + a.length] ?? 1, b[axis - rank + b.length] ?? 1];
    if (one !== other && one !== 1 && other !== 1) return -1;
    return one === 1 ? other : one;
  });
  return sizes.includes(-1) ? undefined : sizes;
}

/** Where the value for an index of the broadcast shape lies in the smaller one, both row-major. */
function broadcastIndex(from: readonly number[], to: readonly number[]): (index: number) => number {
  const steps = to.map((size, axis) => ({ size, step: stepOf(from, axis - to.length + from.length) }));
  return (index) => {
    let left = index;
    let place = 0;
    for (let axis = steps.length - 1; axis >= 0; axis--) {
      const { size, step } = steps[axis] as { size: number; step: number };
      place += (left % size) * step;
      left = Math.floor(left / size);
    }
    return place;
  };
}

/** How far apart neighbours along an axis lie; 0 where the axis is repeated. */
function stepOf(dims: readonly number[], axis: number): number {
  return axis < 0 || dims[axis] === 1 ? 0 : sizeOf(dims.slice(axis + 1));
}
