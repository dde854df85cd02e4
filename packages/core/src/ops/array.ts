import { checkHas } from '../errors/check-kinds.js';
import { roundHalfEven } from '../numeric/round.js';
import { sizeOf } from '../scheme/shape.js';
import type { Ops } from './ops.js';

/** A tensor in plain memory: row-major float32. */
export interface ArrayTensor {
  readonly shape: readonly number[];
  readonly data: Float32Array;
}

/** The reference interpreter of {@link Ops}: plain arrays, each result rounded to float32. */
export const arrayOps: Ops<ArrayTensor> = {
  constant: (value) =>
    typeof value === 'number'
      ? { shape: [], data: Float32Array.of(value) }
      : { shape: [...value.shape], data: Float32Array.from(value.data) },
  add: (a, b) => binary(a, b, (x, y) => x + y),
  sub: (a, b) => binary(a, b, (x, y) => x - y),
  mul: (a, b) => binary(a, b, (x, y) => x * y),
  div: (a, b) => binary(a, b, (x, y) => x / y),
  abs: (a) => unary(a, Math.abs),
  sqrt: (a) => unary(a, Math.sqrt),
  tanh: (a) => unary(a, Math.tanh),
  sign: (a) => unary(a, (x) => (x >= 0 ? 1 : -1)),
  round: (a) => unary(a, roundHalfEven),
  floor: (a) => unary(a, Math.floor),
  clip: (a, low, high) => unary(a, (x) => Math.min(Math.max(x, low), high)),
  greater: (a, b) => binary(a, b, (x, y) => (x > y ? 1 : 0)),
  where,
  mean,
  max,
};

function where(mask: ArrayTensor, yes: ArrayTensor, no: ArrayTensor): ArrayTensor {
  checkArrays(mask, yes, no);
  const shape = broadcastShape(broadcastShape(mask.shape, yes.shape), no.shape);
  const readMask = reader(mask, shape);
  const readYes = reader(yes, shape);
  const readNo = reader(no, shape);
  const data = new Float32Array(sizeOf(shape));
  for (let i = 0; i < data.length; i++) data[i] = readMask(i) !== 0 ? readYes(i) : readNo(i);
  return { shape, data };
}

function unary(a: ArrayTensor, f: (x: number) => number): ArrayTensor {
  checkArrays(a);
  return { shape: a.shape, data: a.data.map(f) };
}

function binary(a: ArrayTensor, b: ArrayTensor, f: (x: number, y: number) => number): ArrayTensor {
  checkArrays(a, b);
  const shape = broadcastShape(a.shape, b.shape);
  const readA = reader(a, shape);
  const readB = reader(b, shape);
  const data = new Float32Array(sizeOf(shape));
  for (let i = 0; i < data.length; i++) data[i] = f(readA(i), readB(i));
  return { shape, data };
}

function checkArrays(...tensors: readonly ArrayTensor[]): void {
  for (const tensor of tensors) checkHas(tensor, ['shape', 'data'], 'arrayOps', 'a tensor of arrayOps');
}

/** numpy's rule: shapes are aligned at the end, and 1 stretches. */
function broadcastShape(a: readonly number[], b: readonly number[]): number[] {
  const rank = Math.max(a.length, b.length);
  return Array.from({ length: rank }, (_, axis) => {
    const x = a[axis - rank + a.length] ?? 1;
    const y = b[axis - rank + b.length] ?? 1;
    if (x !== y && x !== 1 && y !== 1) throw new RangeError(`shapes [${a}] and [${b}] do not broadcast`);
    return x === 1 ? y : x;
  });
}

/** Reads `tensor` by the flat index of the shape that it is broadcast to. */
function reader(tensor: ArrayTensor, shape: readonly number[]): (index: number) => number {
  const { data } = tensor;
  if (data.length === sizeOf(shape)) return (index) => data[index] as number;
  if (data.length === 1) return () => data[0] as number;
  const own = [...Array<number>(shape.length - tensor.shape.length).fill(1), ...tensor.shape];
  const steps = own.map((size, axis) => (size === 1 ? 0 : sizeOf(own.slice(axis + 1))));
  return (index) => {
    let at = 0;
    for (let axis = shape.length - 1, rest = index; axis >= 0; axis--) {
      const size = shape[axis] as number;
      at += (rest % size) * (steps[axis] as number);
      rest = Math.floor(rest / size);
    }
    return data[at] as number;
  };
}

function mean(a: ArrayTensor, axes?: readonly number[]): ArrayTensor {
  const { shape, results } = reduce(a, axes, 0, (sum, value) => sum + value);
  const count = results.length === 0 ? 0 : a.data.length / results.length;
  return { shape, data: Float32Array.from(results, (sum) => sum / count) };
}

function max(a: ArrayTensor, axes?: readonly number[]): ArrayTensor {
  const { shape, results } = reduce(a, axes, -Infinity, (most, value) => Math.max(most, value));
  return { shape, data: Float32Array.from(results) };
}

/** Reduces over the axes (default: all) in float64; they stay as axes of length 1. */
function reduce(
  a: ArrayTensor,
  axes: readonly number[] = a.shape.map((_, axis) => axis),
  start: number,
  step: (result: number, value: number) => number,
): { readonly shape: readonly number[]; readonly results: Float64Array } {
  const shape = a.shape.map((size, axis) => (axes.includes(axis) ? 1 : size));
  const results = new Float64Array(sizeOf(shape)).fill(start);
  const slots = { shape, data: Float32Array.from(results, (_, slot) => slot) };
  const slotOf = reader(slots, a.shape);
  a.data.forEach((value, i) => {
    const slot = slotOf(i);
    results[slot] = step(results[slot] as number, value);
  });
  return { shape, results };
}
