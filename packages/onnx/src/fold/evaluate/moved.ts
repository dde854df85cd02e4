import { integerAttribute, integersAttribute } from '../../graph/attributes.js';
import { chainOperator, dataInputs } from '../../operators/moves/chain-operators.js';
import { type ChainResult, fromFront } from '../../operators/moves/chain-operator.js';
import type { NodeProto } from '../../schema/proto.js';
import type { ConstantCall } from './constant-call.js';
import type { ConstantValue } from '../../graph/constant-value.js';
import { sizeOf } from '@lowbit/core/adapter';
import { sliceTakesInputs } from '../../target/versions.js';

/** What becomes of the axes of constants whose values an operator moves; `undefined` where its lists are unknown or do not fit. */
export function movedShape(
  { node, opset, type, integers }: ConstantCall,
  output: number,
): ChainResult | undefined {
  const data = dataInputs(node);
  const known = data.flatMap((input) => type(input) ?? []).map(({ dims }) => dims);
  const lists = node.input.flatMap((name, input) => (name === '' || data.includes(input) ? [] : input));
  if (known.length < data.length || lists.some((input) => integers(input) === undefined)) return undefined;
  const listShape = (input: number) => type(input)?.dims;
  return chainOperator(node)?.({ node, opset, shapes: known, output, integers, listShape });
}

/** Operators that keep every value in its place in row-major order. */
const inPlace = new Set(['Identity', 'Reshape', 'Squeeze', 'Unsqueeze']);

/**
 * Output `output` of an operator that only moves values: Identity, Reshape, Squeeze, Unsqueeze, Transpose, Slice, Gather,
 * Concat, Split. `undefined` for others, and where the constants do not fit.
 */
export function moved(call: ConstantCall, output: number): ConstantValue | undefined {
  const { node } = call;
  const data = dataInputs(node).map((input) => call.value(input));
  const [first] = data;
  if (first === undefined) return undefined;
  if (!data.every((value): value is ConstantValue => value?.type === first.type)) return undefined;
  const result = movedShape(call, output);
  if (result === undefined) return undefined;
  const dims = result.shape;
  if (inPlace.has(node.opType)) return { ...first, dims };
  if (node.opType === 'Transpose') return transposed(first, dims, node);
  if (node.opType === 'Gather') return gathered(first, dims, call);
  if (node.opType === 'Concat') return concatenated(data, dims, node);
  const start = node.opType === 'Split' ? splitStart(call, output, dims) : undefined;
  if (start !== undefined) return cut(first, dims, start.starts, start.steps);
  const bounds = node.opType === 'Slice' ? sliceBounds(call, first.dims) : undefined;
  return bounds && cut(first, dims, bounds.starts, bounds.steps);
}

function transposed(value: ConstantValue, dims: readonly number[], node: NodeProto): ConstantValue {
  const order = integersAttribute(node, 'perm') ?? value.dims.map((_, axis) => value.dims.length - 1 - axis);
  const strides = stridesOf(value.dims);
  return picked(
    value,
    dims,
    0,
    order.map((axis) => strides[axis] as number),
  );
}

/** The runs behind the axis, one for each index. */
function gathered(
  { type, dims: from, values }: ConstantValue,
  dims: readonly number[],
  { node, integers }: ConstantCall,
): ConstantValue {
  const axis = fromFront(integerAttribute(node, 'axis', 0), from.length) as number;
  const size = from[axis] as number;
  const [outer, run] = [sizeOf(from.slice(0, axis)), sizeOf(from.slice(axis + 1))];
  const places = (integers(1) ?? []).map((index) => (index < 0 ? index + size : index));
  const taken: number[] = [];
  for (let row = 0; row < outer; row++) {
    for (const place of places) {
      const start = (row * size + place) * run;
      for (let i = 0; i < run; i++) taken.push(values[start + i] as number);
    }
  }
  return { type, dims, values: values instanceof Float32Array ? Float32Array.from(taken) : taken };
}

function cut(
  value: ConstantValue,
  dims: readonly number[],
  starts: readonly number[],
  steps: readonly number[],
): ConstantValue {
  const strides = stridesOf(value.dims);
  const first = strides.reduce((sum, stride, axis) => sum + stride * (starts[axis] as number), 0);
  return picked(
    value,
    dims,
    first,
    strides.map((stride, axis) => stride * (steps[axis] as number)),
  );
}

/** The values at first + Σ index · stride, row-major over the indices of `dims`. */
function picked(
  { type, values }: ConstantValue,
  dims: readonly number[],
  first: number,
  strides: readonly number[],
): ConstantValue {
  const places = new Int32Array(sizeOf(dims)).map((_, index) => {
    let left = index;
    let place = first;
    for (let axis = dims.length - 1; axis >= 0; axis--) {
      const size = dims[axis] as number;
      place += (left % size) * (strides[axis] as number);
      left = Math.floor(left / size);
    }
    return place;
  });
  const pick = (place: number) => values[place] as number;
  return {
    type,
    dims,
    values: values instanceof Float32Array ? Float32Array.from(places, pick) : Array.from(places, pick),
  };
}

function concatenated(
  data: readonly ConstantValue[],
  dims: readonly number[],
  node: NodeProto,
): ConstantValue | undefined {
  const axis = fromFront(integerAttribute(node, 'axis', 0), dims.length);
  const [first] = data;
  if (axis === undefined || first === undefined) return undefined;
  const outer = sizeOf(dims.slice(0, axis));
  const runs = data.map((value) => ({ values: value.values, length: sizeOf(value.dims.slice(axis)) }));
  const all: number[] = [];
  for (let row = 0; row < outer; row++) {
    for (const { values, length } of runs) {
      for (let i = 0; i < length; i++) all.push(values[row * length + i] as number);
    }
  }
  return {
    type: first.type,
    dims,
    values: first.values instanceof Float32Array ? Float32Array.from(all) : all,
  };
}

interface Bounds {
  readonly starts: readonly number[];
  readonly steps: readonly number[];
}

function splitStart(call: ConstantCall, output: number, dims: readonly number[]): Bounds | undefined {
  const axis = fromFront(integerAttribute(call.node, 'axis', 0), dims.length);
  if (axis === undefined) return undefined;
  let start = 0;
  for (let before = 0; before < output; before++) {
    const part = movedShape(call, before);
    if (part === undefined) return undefined;
    start += part.shape[axis] as number;
  }
  return { starts: dims.map((_, i) => (i === axis ? start : 0)), steps: dims.map(() => 1) };
}

/** Bounds are attributes up to opset 9 and inputs from 10. */
function sliceBounds({ node, opset, integers }: ConstantCall, dims: readonly number[]): Bounds | undefined {
  const given = (index: number, name: string) =>
    opset >= sliceTakesInputs ? integers(index) : integersAttribute(node, name);
  const from = given(1, 'starts');
  const axes = given(3, 'axes') ?? from?.map((_, axis) => axis);
  const by = opset >= sliceTakesInputs ? given(4, 'steps') : undefined;
  if (from === undefined || axes === undefined) return undefined;
  const starts = dims.map(() => 0);
  const steps = dims.map(() => 1);
  for (const [index, named] of axes.entries()) {
    const axis = fromFront(named, dims.length);
    if (axis === undefined) return undefined;
    const size = dims[axis] as number;
    const step = by?.[index] ?? 1;
    const start = from[index] as number;
    const counted = start < 0 ? start + size : start;
    starts[axis] = Math.min(Math.max(counted, 0), step > 0 ? size : size - 1);
    steps[axis] = step;
  }
  return { starts, steps };
}

function stridesOf(dims: readonly number[]): number[] {
  return dims.map((_, axis) => sizeOf(dims.slice(axis + 1)));
}
