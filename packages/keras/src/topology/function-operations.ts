import { squareRoot } from '../layers/activation.js';
import type { JsonValue } from '../model.js';
import { snakeCase } from './object-names.js';
import { shapeOf, single, type OperationRule } from './operation.js';

/** Functions that are activations by the same name. */
const activations = 'Relu Relu6 Sigmoid Tanh Softplus Softsign Silu Selu HardSigmoid HardSilu LogSigmoid';

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

/** The form with tanh is no activation by name. */
const gelu: OperationRule = (operation) =>
  operation.config['approximate'] === false ? activation('gelu')(operation) : undefined;

const clip: OperationRule = (operation) => {
  const { x_min: least, x_max: most } = operation.config;
  return least === 0 && typeof most === 'number' && most > 0
    ? single(operation, 'ReLU', { max_value: most, negative_slope: 0, threshold: 0 })
    : undefined;
};

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
  (kind: 'mean' | 'max' | 'min' | 'sum', layerKind?: 'Average' | 'Max'): OperationRule =>
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

export const functionRules: Readonly<Record<string, OperationRule>> = {
  ...Object.fromEntries(activations.split(' ').map((name) => [name, activation(snakeCase(name))])),
  Exp: activation('exponential'),
  Gelu: gelu,
  Clip: clip,
  LeakyRelu: layer('LeakyReLU', 'negative_slope'),
  Elu: layer('ELU', 'alpha'),
  Softmax: layer('Softmax', 'axis'),
  LogSoftmax: logSoftmax,
  Absolute: absolute,
  Abs: absolute,
  Sqrt: activation(squareRoot),
  Mean: reduced('mean', 'Average'),
  Max: reduced('max', 'Max'),
  Min: reduced('min'),
  Sum: reduced('sum'),
};
