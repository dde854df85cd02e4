import { singleFunctions, tanhGelu } from '../layers/activation.js';
import type { JsonValue } from '../model.js';
import type { ReductionKind } from '../layers/tensor-function.js';
import { snakeCase } from './object-names.js';
import { bounded } from './limits.js';
import { shapeOf, single, type OperationRule } from './operation.js';
import { isObject } from './raw-layer.js';

/** Functions that are activations by the same name. */
const activations =
  'Relu Relu6 Sigmoid Tanh Softplus Softsign Silu Selu HardSigmoid HardSilu LogSigmoid HardTanh TanhShrink SparsePlus SparseSigmoid';

const activation = (name: string): OperationRule => {
  return (operation) => single(operation, 'Activation', { activation: name });
};

/** A layer with a setting that the function has too. */
const layer =
  (className: string, key: string): OperationRule =>
  (operation) => {
    const value = operation.config[key];
    return typeof value === 'number' ? single(operation, className, { [key]: value }) : undefined;
  };

const gelu: OperationRule = (operation) => {
  const { approximate } = operation.config;
  return typeof approximate === 'boolean'
    ? activation(approximate ? tanhGelu : 'gelu')(operation)
    : undefined;
};

const clip: OperationRule = ({ args, config: { x_min: least = null, x_max: most = null } }) =>
  typeof least === 'number' && typeof most === 'number' ? bounded(args, least, most) : undefined;

/** Over all places of each channel. */
const overPlaces =
  (kind: 'Average' | 'Max'): OperationRule =>
  (operation) => {
    const { axis, keepdims = false, initial = null } = operation.config;
    const rank = shapeOf(operation.args[0])?.length ?? 0;
    const axes = [axis].flat().map((each) => (Number(each) < 0 ? Number(each) + rank : each));
    const isAll = axes.length === rank - 2 && axes.every((each, i) => each === i + 1);
    if (!isAll || rank < 3 || rank > 5 || initial !== null) return undefined;
    return single(operation, `Global${kind}Pooling${rank - 2}D`, { keepdims: keepdims === true });
  };

/** Along any axes but that of the samples. Over all places of each channel it is a layer of Keras. */
const reduced =
  (kind: ReductionKind, layerKind?: 'Average' | 'Max'): OperationRule =>
  (operation) => {
    const { axis = null, keepdims = false, initial = null } = operation.config;
    const axes = [axis].flat() as readonly JsonValue[];
    if (!axes.every((each) => Number.isSafeInteger(each) && each !== 0) || initial !== null) return undefined;
    const pooled = layerKind && overPlaces(layerKind)(operation);
    return pooled ?? single(operation, 'ReduceAxes', { kind, axes, keepdims: keepdims === true });
  };

/** Zero and x have one slope, and values below it the opposite one. */
const absolute: OperationRule = (operation) => single(operation, 'LeakyReLU', { negative_slope: -1 });

const logSoftmax: OperationRule = (operation) =>
  operation.config['axis'] === -1 ? activation('log_softmax')(operation) : undefined;

/** By the root of the sum of squares, or by `epsilon` where that is more. */
const normalize: OperationRule = (operation) => {
  const { axis, order, epsilon = null } = operation.config;
  const isPlain = order === 2 && Number.isSafeInteger(axis);
  return isPlain
    ? single(operation, 'UnitNormalization', { axis: axis!, epsilon: epsilon ?? 1e-7 })
    : undefined;
};

/** Of TensorFlow, whose `epsilon` is one of squares. */
const unit: OperationRule = (operation) => {
  const { axis = null, epsilon } = operation.config;
  const isPlain =
    ([axis].flat() as readonly JsonValue[]).every((each) => Number.isSafeInteger(each)) &&
    typeof epsilon === 'number';
  return isPlain ? single(operation, 'UnitNormalization', { axis, epsilon: Math.sqrt(epsilon) }) : undefined;
};

/** Numbers of float32 stay as they are, and what is true becomes 1. */
const cast: OperationRule = (operation) => {
  const [x = null] = operation.args;
  const type = isObject(x) && isObject(x['config']) ? x['config']['dtype'] : undefined;
  if (operation.config['dtype'] !== 'float32') return undefined;
  if (type === 'bool') return single(operation, 'CompareValues', { kind: '!=', value: 0 });
  return type === 'float32' ? activation('linear')(operation) : undefined;
};

/** The root of the sum of squares. */
const norm: OperationRule = (operation) => {
  const { ord = null, axis } = operation.config;
  const isPlain = (ord === null || ord === 2) && Number.isSafeInteger(axis);
  return isPlain ? reduced('norm')(operation) : undefined;
};

/** Of pictures with channels last, as a layer of the same kind. */
const pooling =
  (kind: 'Average' | 'Max'): OperationRule =>
  (operation) => {
    const { pool_size, strides = null, padding, data_format: format = null } = operation.config;
    const rank = shapeOf(operation.args[0])?.length ?? 0;
    if (rank < 3 || rank > 5 || (format !== null && format !== 'channels_last')) return undefined;
    const config = { pool_size: pool_size!, strides, padding: padding!, data_format: 'channels_last' };
    return single(operation, `${kind}Pooling${rank - 2}D`, config);
  };

/** Half of the channels times the sigmoid of the others. */
const glu: OperationRule = (operation) =>
  operation.config['axis'] === -1 ? activation('glu')(operation) : undefined;

export const functionRules: Readonly<Record<string, OperationRule>> = {
  ...Object.fromEntries(activations.split(' ').map((name) => [name, activation(snakeCase(name))])),
  ...Object.fromEntries(Object.entries(singleFunctions).map(([name, word]) => [name, activation(word)])),
  Exp: activation('exponential'),
  Gelu: gelu,
  Clip: clip,
  LeakyRelu: layer('LeakyReLU', 'negative_slope'),
  Elu: layer('ELU', 'alpha'),
  Softmax: layer('Softmax', 'axis'),
  LogSoftmax: logSoftmax,
  Absolute: absolute,
  Abs: absolute,
  Mean: reduced('mean', 'Average'),
  Max: reduced('max', 'Max'),
  Min: reduced('min'),
  Sum: reduced('sum'),
  Amax: reduced('max', 'Max'),
  Amin: reduced('min'),
  Normalize: normalize,
  UnitNormalization: unit,
  Cast: cast,
  Prod: reduced('product'),
  Var: reduced('variance'),
  Std: reduced('deviation'),
  Average: reduced('mean', 'Average'),
  Logsumexp: reduced('logsumexp'),
  Norm: norm,
  Glu: glu,
  AveragePool: pooling('Average'),
  MaxPool: pooling('Max'),
};
