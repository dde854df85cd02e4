import type { JsonValue, Shape } from '../model.js';
import { shapeOf, single, type Operation, type OperationRule, type Step, type Steps } from './operation.js';
import { isObject } from './raw-layer.js';
import { flipped, isTensor, sliced, stacked } from './slice-operations.js';

/** A layer that gives its samples a shape, of which one size at most is not known. */
function toShape(shape: Shape): Step | undefined {
  const target = shape.slice(1).map((size) => size ?? -1);
  return target.filter((size) => size === -1).length > 1
    ? undefined
    : { className: 'Reshape', config: { target_shape: target } };
}

function reshaped({ args }: Operation, shape: Shape | undefined): Steps | undefined {
  const step = shape && toShape(shape);
  return step && { args, steps: [step] };
}

/** Samples stay samples where all other sizes are known. */
const reshape: OperationRule = (operation) => {
  const from = shapeOf(operation.args[0])?.slice(1);
  const { newshape: to } = operation.config;
  if (!Array.isArray(to) || from?.includes(null)) return undefined;
  const [batch, ...sizes] = to as readonly JsonValue[];
  if ((batch !== -1 && batch !== null) || !sizes.every((size) => Number(size) > 0)) return undefined;
  // Whether they stay samples is seen when the shape is known.
  if (from === undefined) return reshaped(operation, [null, ...(sizes as number[])]);
  const count = (list: readonly unknown[]) => list.reduce<number>((all, size) => all * Number(size), 1);
  return count(sizes) === count(from) ? reshaped(operation, [null, ...(sizes as number[])]) : undefined;
};

const expandDims: OperationRule = (operation) => {
  const shape = shapeOf(operation.args[0]);
  const { axis } = operation.config;
  if (shape === undefined || !Number.isSafeInteger(axis)) return undefined;
  const place = Number(axis) < 0 ? Number(axis) + shape.length + 1 : Number(axis);
  if (place < 1) return undefined;
  const plain = reshaped(operation, [...shape.slice(0, place), 1, ...shape.slice(place)]);
  // A stack of one tensor does the same, whatever its sizes.
  return plain ?? single(operation, 'StackTensors', { axis: place });
};

/** `x[:, None]` takes all there is, and has an axis more. */
const widened: OperationRule = (operation) => {
  const [x, index = null] = operation.args;
  const words = [index].flat() as readonly JsonValue[];
  const [axis, ...others] = words.flatMap((word, i) => (word === null ? [i] : []));
  const isAll = (word: JsonValue) => word === null || partOf(word, null) === all;
  return axis !== undefined && others.length === 0 && words.every(isAll)
    ? expandDims({ ...operation, args: [x!], config: { axis } })
    : undefined;
};

const squeeze: OperationRule = (operation) => {
  const shape = shapeOf(operation.args[0]);
  const [axis = null, ...others] = [operation.config['axis'] ?? null].flat() as readonly JsonValue[];
  if (others.length > 0 || !Number.isSafeInteger(axis) || axis === 0) return undefined;
  const first = { start: 0, stop: 1, step: 1, drops_axis: true };
  // TensorFlow has seen that its size is 1.
  if (shape === undefined) return single(operation, 'SliceAxis', { axis, ...first });
  const place = Number(axis) < 0 ? Number(axis) + shape.length : Number(axis);
  if (place < 1 || shape[place] !== 1) return undefined;
  const rest = shape.filter((_, i) => i !== place);
  return reshaped(operation, rest) ?? single(operation, 'SliceAxis', { axis: place, ...first });
};

const transpose: OperationRule = (operation) => {
  const { axes } = operation.config;
  if (!Array.isArray(axes) || axes[0] !== 0) return undefined;
  return single(operation, 'Permute', { dims: axes.slice(1) as JsonValue[] });
};

/** Axes in another order, of a tensor of a known rank. @param change Takes the order of the axes, which it changes, and axes counted from 0. */
const reordered =
  (
    first: string,
    second: string,
    change: (order: number[], from: number, to: number) => void,
  ): OperationRule =>
  (operation) => {
    const rank = shapeOf(operation.args[0])?.length ?? 0;
    const { [first]: one = null, [second]: other = null } = operation.config;
    const places = [one, other].map((axis) => (Number(axis) < 0 ? Number(axis) + rank : axis));
    if (!places.every((axis) => Number.isSafeInteger(axis) && Number(axis) > 0 && Number(axis) < rank))
      return undefined;
    const axes = Array.from({ length: rank }, (_, axis) => axis);
    change(axes, ...(places as [number, number]));
    return transpose({ ...operation, config: { axes } });
  };

const swapAxes = reordered('axis1', 'axis2', (order, from, to) => {
  [order[from], order[to]] = [order[to]!, order[from]!];
});
const moveAxis = reordered('source', 'destination', (order, from, to) => {
  order.splice(to, 0, ...order.splice(from, 1));
});

const concatenate: OperationRule = (operation) => {
  const [list] = operation.args;
  const { axis } = operation.config;
  const isTensors = Array.isArray(list) && list.every(isTensor);
  if (!isTensors || !Number.isSafeInteger(axis) || axis === 0) return undefined;
  return single(operation, 'Concatenate', { axis: axis! });
};

/** A part of an axis: where it begins and ends, and whether the axis goes. */
interface Part {
  readonly before: number;
  readonly after: number;
  readonly isDropped: boolean;
}

/** `x[:, 0]`, `x[:, 1:-1]`: places are cut off, and axes of a single place dropped. */
const item: OperationRule = ({ args: [x, index] }) => {
  const shape = shapeOf(x);
  const parts = shape && partsOf(index, shape);
  if (parts === undefined) return undefined;
  const [batch, ...others] = parts;
  const places = others.slice(0, -1);
  const whole = [batch!, others.at(-1)!];
  if (places.length < 1 || places.length > 3 || whole.some((part) => part !== all)) return undefined;
  const pairs = places.map(({ before, after }) => [before, after]);
  const cropping: Step = {
    className: `Cropping${places.length}D`,
    config: { cropping: places.length === 1 ? pairs[0]! : pairs },
  };
  if (!places.some(({ isDropped }) => isDropped)) return { args: [x!], steps: [cropping] };
  const kept = shape!.map((size, axis) => size && size - parts[axis]!.before - parts[axis]!.after);
  const rest = toShape(kept.filter((_, axis) => !parts[axis]!.isDropped));
  return rest && { args: [x!], steps: [cropping, rest] };
};

const all: Part = { before: 0, after: 0, isDropped: false };

/** What an index takes of each axis; undefined where steps are left out, or it is not known how much goes. */
function partsOf(index: JsonValue | undefined, shape: Shape): readonly Part[] | undefined {
  const list = [index].flat() as readonly JsonValue[];
  const at = list.findIndex((each) => isObject(each) && each['class_name'] === '__ellipsis__');
  const filled = (count: number) => Array<JsonValue>(count).fill(wholeSlice);
  const missing = shape.length - list.length;
  if (missing < 0) return undefined;
  const full = at < 0 ? [...list, ...filled(missing)] : list.toSpliced(at, 1, ...filled(missing + 1));
  const parts = full.map((each, axis) => partOf(each, shape[axis]!));
  return parts.every((part) => part !== undefined) ? parts : undefined;
}

const wholeSlice = { class_name: '__slice__', config: {} };

function partOf(value: JsonValue, size: number | null): Part | undefined {
  if (typeof value === 'number') return partFrom(value, value === -1 ? null : value + 1, size, true);
  if (!isObject(value) || value['class_name'] !== '__slice__' || !isObject(value['config'])) return undefined;
  const { start = null, stop = null, step = null } = value['config'];
  if (step !== null && step !== 1) return undefined;
  if (start === null && stop === null) return all;
  return partFrom(start ?? 0, stop, size, false);
}

/** Counted from the end where negative; then, and where it is not taken to the end, the size must be known. */
function partFrom(
  start: JsonValue,
  stop: JsonValue,
  size: number | null,
  isDropped: boolean,
): Part | undefined {
  if (!Number.isSafeInteger(start) || (stop !== null && !Number.isSafeInteger(stop))) return undefined;
  const [from, to] = [Number(start), stop === null ? 0 : Number(stop)];
  const before = from < 0 ? size! + from : from;
  const after = stop === null ? 0 : to < 0 ? -to : size! - to;
  const needsSize = from < 0 || (stop !== null && to >= 0);
  if (needsSize && size === null) return undefined;
  const isInside = before >= 0 && after >= 0 && (size === null || before + after < size);
  return isInside ? { before, after, isDropped } : undefined;
}

export const shapeRules: Readonly<Record<string, OperationRule>> = {
  Reshape: reshape,
  ExpandDims: expandDims,
  Squeeze: squeeze,
  Transpose: transpose,
  Concatenate: concatenate,
  Swapaxes: swapAxes,
  Moveaxis: moveAxis,
  GetItem: (operation) => item(operation) ?? widened(operation) ?? sliced(operation),
  Flip: flipped,
  Stack: stacked,
  Hstack: (operation) => concatenate({ ...operation, config: { axis: 1 } }),
};
