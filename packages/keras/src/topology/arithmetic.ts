import type { JsonObject, JsonValue, Shape } from '../model.js';
import { bounded } from './limits.js';
import { shapeOf, type Operation, type OperationRule, type Step, type Steps } from './operation.js';
import { functionStep, powerSteps } from './powers.js';
import { isTensor } from './slice-operations.js';
import { isObject } from './raw-layer.js';
import { manyMatrices } from './tensor-operations.js';

/** A number, or an array of numbers that is not a tensor of the model. */
export type Constant = number | readonly Constant[];

type Scaling = readonly [scale: Constant, offset: Constant];

/** What `x · scale + offset` is of an operation between a tensor and a constant, with the constant in front or behind. */
const withConstant: Readonly<Record<string, (constant: Constant, isFirst: boolean) => Scaling | undefined>> =
  {
    Add: (constant) => [1, constant],
    Subtract: (constant, isFirst) => (isFirst ? [-1, constant] : [1, each(constant, (value) => -value)]),
    Multiply: (constant) => [constant, 0],
    Divide: (constant, isFirst) => (isFirst ? undefined : [each(constant, (value) => 1 / value), 0]),
  };

/** Operations between two tensors that are layers of the same name; Divide is a layer of lowbit's own. */
export const withTensor = ['Add', 'Subtract', 'Multiply', 'Maximum', 'Minimum', 'Divide'];

const arithmetic: OperationRule = (operation) => {
  const [first, second, ...rest] = operation.args;
  if (rest.length > 0 || first === undefined || second === undefined) return undefined;
  return combined(operation, first, second) ?? merged(operation, first, second);
};

function combined({ className }: Operation, first: JsonValue, second: JsonValue): Steps | undefined {
  const isFirst = shapeOf(first) === undefined;
  const [tensor, value] = isFirst ? [second, first] : [first, second];
  const [shape, constant] = [shapeOf(tensor), constantOf(value)];
  if (shape === undefined || constant === undefined || !fitsInto(constant, shape)) return undefined;
  return withConstantSteps(className, [tensor], constant, isFirst);
}

/**
 * What an operation between a tensor and a constant is in layers; undefined where it is none.
 *
 * @param isFirst Whether the constant stands in front.
 */
export function withConstantSteps(
  className: string,
  args: readonly JsonValue[],
  constant: Constant,
  isFirst: boolean,
): Steps | undefined {
  const isNumber = typeof constant === 'number';
  if (className === 'Maximum') return isNumber ? bounded(args, constant, null) : undefined;
  if (className === 'Minimum') return isNumber ? bounded(args, null, constant) : undefined;
  if (className === 'Power') return isNumber ? powerSteps(args, constant, isFirst) : undefined;
  const isQuotient = className === 'Divide' && isFirst;
  const config = rescaling(isQuotient ? 'Multiply' : className, constant, isFirst);
  const scale: Step | undefined = config && { className: 'Rescaling', config };
  return scale && { args, steps: isQuotient ? [functionStep('reciprocal'), scale] : [scale] };
}

/** The settings of a Rescaling that an operation with a constant is; undefined for one that is none. */
function rescaling(className: string, constant: Constant, isFirst: boolean): JsonObject | undefined {
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
const square: OperationRule = ({ args }) => (args.length === 1 ? powerSteps(args, 2, false) : undefined);

const power: OperationRule = (operation) => {
  const [first, second] = operation.args;
  return operation.args.length === 2 ? combined(operation, first!, second!) : undefined;
};

/** Products of matrices, one for each sample; either may be transposed. Where shapes are not written, they are seen later. */
const matrices: OperationRule = ({ args: [first, second, ...rest], config }) => {
  if (first === undefined || second === undefined || rest.length > 0) return undefined;
  const isTurned = config['transpose_a'] === true || config['transpose_b'] === true;
  const many = isTurned ? undefined : manyMatrices({ className: 'Matmul', config, args: [first, second] });
  if (many !== undefined) return many;
  const isEach = [first, second].every((each) => (shapeOf(each)?.length ?? 3) === 3 && isTensor(each));
  const axes = [config['transpose_a'] === true ? 1 : 2, config['transpose_b'] === true ? 2 : 1];
  const step = { className: 'Dot', config: { axes, normalize: false } };
  return isEach ? { args: [[first, second]], steps: [step] } : undefined;
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
