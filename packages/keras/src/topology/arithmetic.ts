import type { JsonObject, JsonValue, Shape } from '../model.js';
import { shapeOf, type Operation, type OperationRule, type Steps } from './operation.js';
import { isObject } from './raw-layer.js';

/** A number, or an array of numbers that is not a tensor of the model. */
export type Constant = number | readonly Constant[];

type Scaling = readonly [scale: Constant, offset: Constant];

/** What `x · scale + offset` is of an operation between a tensor and a constant, with the constant in front or behind. */
const withConstant: Readonly<Record<string, (constant: Constant, isFirst: boolean) => Scaling | undefined>> =
  {
    Add: (constant) => [1, constant],
    Subtract: (constant, isFirst) => (isFirst ? [-1, constant] : [1, each(constant, (value) => -value)]),
    Multiply: (constant) => [constant, 0],
    Divide: quotient,
  };

function quotient(constant: Constant, isFirst: boolean): Scaling | undefined {
  return isFirst ? undefined : [each(constant, (value) => 1 / value), 0];
}

/** Operations between two tensors that are layers of the same name; Divide is a layer of lowbit's own. */
export const withTensor = ['Add', 'Subtract', 'Multiply', 'Maximum', 'Minimum', 'Divide'];

const arithmetic: OperationRule = (operation) => {
  const [first, second, ...rest] = operation.args;
  if (rest.length > 0 || first === undefined || second === undefined) return undefined;
  return scaled(operation, first, second) ?? merged(operation, first, second);
};

function scaled({ className }: Operation, first: JsonValue, second: JsonValue): Steps | undefined {
  const isFirst = shapeOf(first) === undefined;
  const [tensor, value] = isFirst ? [second, first] : [first, second];
  const [shape, constant] = [shapeOf(tensor), constantOf(value)];
  if (shape === undefined || constant === undefined || !fitsInto(constant, shape)) return undefined;
  const config = rescaling(className, constant, isFirst);
  return config && { args: [tensor], steps: [{ className: 'Rescaling', config }] };
}

/** The settings of a Rescaling that an operation with a constant is; undefined for one that is none. */
export function rescaling(className: string, constant: Constant, isFirst: boolean): JsonObject | undefined {
  const scaling = Object.hasOwn(withConstant, className) && withConstant[className]!(constant, isFirst);
  if (!scaling || !scaling.every(isFinite)) return undefined;
  const [scale, offset] = scaling as readonly [JsonValue, JsonValue];
  return { scale, offset };
}

/** Of as many axes, along which sizes of 1 are repeated; Keras fills up missing axes in another place for layers. */
function merged({ className }: Operation, first: JsonValue, second: JsonValue): Steps | undefined {
  const [left, right] = [shapeOf(first), shapeOf(second)];
  if (left === undefined || left.length !== right?.length || !withTensor.includes(className))
    return undefined;
  return { args: [[first, second]], steps: [{ className, config: {} }] };
}

const negative: OperationRule = ({ args }) => ({
  args,
  steps: [{ className: 'Rescaling', config: { scale: -1, offset: 0 } }],
});

/** `x · x`. */
const square: OperationRule = ({ args: [x, ...rest] }) =>
  rest.length > 0 || x === undefined
    ? undefined
    : { args: [[x, x]], steps: [{ className: 'Multiply', config: {} }] };

const power: OperationRule = (operation) =>
  operation.args[1] === 2 ? square({ ...operation, args: operation.args.slice(0, 1) }) : undefined;

/** Products of matrices, one for each sample. */
const matrices: OperationRule = ({ args: [first, second] }) => {
  const isEach = [shapeOf(first), shapeOf(second)].every((shape) => shape?.length === 3);
  return isEach
    ? { args: [[first!, second!]], steps: [{ className: 'Dot', config: { axes: [2, 1], normalize: false } }] }
    : undefined;
};

export const arithmeticRules: Readonly<Record<string, OperationRule>> = {
  ...Object.fromEntries(withTensor.map((name) => [name, arithmetic])),
  TrueDivide: (operation) => arithmetic({ ...operation, className: 'Divide' }),
  Negative: negative,
  Square: square,
  Power: power,
  Matmul: matrices,
};

/** Brackets in an array beyond which nothing is a number. */
const deepest = 8;

/** A number, or an array as Keras 3 writes those of NumPy and of its backends. */
function constantOf(value: JsonValue): Constant | undefined {
  if (typeof value === 'number') return value;
  if (!isObject(value) || !isObject(value['config'])) return undefined;
  const isArray = value['class_name'] === '__numpy__' || value['class_name'] === '__tensor__';
  const { value: values } = value['config'];
  return isArray && values !== undefined && isConstant(values, deepest) ? (values as Constant) : undefined;
}

/** A number, or an array as tf-keras writes it. */
export function plainConstant(value: JsonValue): Constant | undefined {
  return isConstant(value, deepest) ? (value as Constant) : undefined;
}

function isConstant(value: JsonValue, depth: number): boolean {
  if (!Array.isArray(value)) return typeof value === 'number';
  return depth > 0 && value.length > 0 && value.every((each: JsonValue) => isConstant(each, depth - 1));
}

function isFinite(constant: Constant): boolean {
  return typeof constant === 'number' ? Number.isFinite(constant) : constant.every(isFinite);
}

/** Whether values that are combined with a tensor leave its shape as it is. */
export function fitsInto(constant: Constant, shape: Shape): boolean {
  const sizes = sizesOf(constant);
  const last = shape.slice(shape.length - sizes.length);
  const isLeft = sizes.length < shape.length || sizes[0] === 1;
  return sizes.length <= shape.length && isLeft && sizes.every((size, i) => size === 1 || size === last[i]);
}

function sizesOf(constant: Constant): readonly number[] {
  return typeof constant === 'number' ? [] : [constant.length, ...sizesOf(constant[0]!)];
}

function each(constant: Constant, change: (value: number) => number): Constant {
  return typeof constant === 'number' ? change(constant) : constant.map((value) => each(value, change));
}
