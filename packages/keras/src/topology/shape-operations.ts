import type { JsonValue, Shape } from '../model.js';
import { shapeOf, single, type Operation, type OperationRule, type Step, type Steps } from './operation.js';
import { isObject } from './raw-layer.js';
import { flipped, sliced, stacked } from './slice-operations.js';

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
  const from = shapeOf(operation.args[0])?.slice(1) ?? [null];
  const { newshape: to } = operation.config;
  if (!Array.isArray(to) || from.includes(null)) return undefined;
  const [batch, ...sizes] = to as readonly JsonValue[];
  if ((batch !== -1 && batch !== null) || !sizes.every((size) => Number(size) > 0)) return undefined;
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

const squeeze: OperationRule = (operation) => {
  const shape = shapeOf(operation.args[0]);
  const { axis } = operation.config;
  if (shape === undefined || !Number.isSafeInteger(axis)) return undefined;
  const place = Number(axis) < 0 ? Number(axis) + shape.length : Number(axis);
  if (place < 1 || shape[place] !== 1) return undefined;
  const rest = shape.filter((_, i) => i !== place);
  const first = { axis: place, start: 0, stop: 1, step: 1, drops_axis: true };
  return reshaped(operation, rest) ?? single(operation, 'SliceAxis', first);
};

const transpose: OperationRule = (operation) => {
  const { axes } = operation.config;
  if (!Array.isArray(axes) || axes[0] !== 0) return undefined;
  return single(operation, 'Permute', { dims: axes.slice(1) as JsonValue[] });
};

const concatenate: OperationRule = (operation) => {
  const [list] = operation.args;
  const { axis } = operation.config;
  const rank = Array.isArray(list) ? shapeOf(list[0] as JsonValue)?.length : undefined;
  const isTensors = Array.isArray(list) && list.every((each: JsonValue) => shapeOf(each) !== undefined);
  if (!isTensors || typeof axis !== 'number' || axis === 0 || axis === -rank!) return undefined;
  return single(operation, 'Concatenate', { axis });
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
  GetItem: (operation) => item(operation) ?? sliced(operation),
  Flip: flipped,
  Stack: stacked,
};
