import { singleFunctions } from '../layers/activation.js';
import type { JsonObject } from '../model.js';

/** Functions of TensorFlow by which tf-keras writes `x + y` and `x / 6` in Python, and what Keras 3 calls them. */
export const arithmetic: Readonly<Record<string, string>> = {
  '__operators__.add': 'Add',
  'math.add': 'Add',
  'math.subtract': 'Subtract',
  'math.multiply': 'Multiply',
  'math.truediv': 'Divide',
  'math.divide': 'Divide',
  'math.negative': 'Negative',
  'math.pow': 'Power',
  'math.maximum': 'Maximum',
  'math.minimum': 'Minimum',
};

/** What Keras 3 calls a function of TensorFlow that computes the same. */
interface Counterpart {
  readonly className: string;
  /** The values of its settings where a call does not give them. Others it has none. */
  readonly defaults?: JsonObject;
  /** Settings that have other names in Keras 3. */
  readonly names?: Readonly<Record<string, string>>;
}

const reduction = { axis: null, keepdims: false };

/** Functions of single values, by the names of TensorFlow where these are others. */
const singleValues = Object.fromEntries(
  Object.keys(singleFunctions).map((className) => {
    const name = className === 'Arctan' ? 'atan' : className.toLowerCase();
    return [`math.${name}`, { className }];
  }),
);

export const functions: Readonly<Record<string, Counterpart>> = {
  'nn.relu': { className: 'Relu' },
  'nn.relu6': { className: 'Relu6' },
  'nn.elu': { className: 'Elu', defaults: { alpha: 1 } },
  'nn.selu': { className: 'Selu' },
  'nn.silu': { className: 'Silu' },
  'nn.swish': { className: 'Silu' },
  'nn.softsign': { className: 'Softsign' },
  'nn.leaky_relu': {
    className: 'LeakyRelu',
    defaults: { alpha: 0.2 },
    names: { alpha: 'negative_slope' },
  },
  'nn.gelu': { className: 'Gelu', defaults: { approximate: false } },
  'nn.softmax': { className: 'Softmax', defaults: { axis: -1 } },
  'nn.log_softmax': { className: 'LogSoftmax', defaults: { axis: -1 } },
  'math.softplus': { className: 'Softplus' },
  'math.sigmoid': { className: 'Sigmoid' },
  'math.tanh': { className: 'Tanh' },
  'math.abs': { className: 'Absolute' },
  'math.exp': { className: 'Exp' },
  'math.square': { className: 'Square' },
  ...singleValues,
  clip_by_value: {
    className: 'Clip',
    defaults: { clip_value_min: null, clip_value_max: null },
    names: { clip_value_min: 'x_min', clip_value_max: 'x_max' },
  },
  'math.reduce_mean': { className: 'Mean', defaults: reduction },
  'math.reduce_max': { className: 'Max', defaults: reduction },
  'math.reduce_min': { className: 'Min', defaults: reduction },
  'math.reduce_sum': { className: 'Sum', defaults: reduction },
  'math.reduce_prod': { className: 'Prod', defaults: reduction },
  'math.reduce_variance': { className: 'Var', defaults: reduction },
  'math.reduce_std': { className: 'Std', defaults: reduction },
  'compat.v1.transpose': {
    className: 'Transpose',
    defaults: { perm: null, conjugate: false },
    names: { perm: 'axes' },
  },
  reverse: { className: 'Flip', defaults: { axis: null } },
  stack: { className: 'Stack', defaults: { axis: 0 } },
  // A stack of one tensor has an axis more.
  expand_dims: { className: 'Stack', defaults: { axis: 0 } },
  'compat.v1.squeeze': { className: 'Squeeze', defaults: { axis: null } },
  concat: { className: 'Concatenate', defaults: { axis: null } },
  reshape: { className: 'Reshape', defaults: { shape: null }, names: { shape: 'newshape' } },
  'compat.v1.pad': {
    className: 'Pad',
    defaults: { paddings: null, mode: 'CONSTANT', constant_values: 0 },
    names: { paddings: 'pad_width' },
  },
  tile: { className: 'Tile', defaults: { multiples: null }, names: { multiples: 'repeats' } },
  'linalg.matmul': { className: 'Matmul', defaults: { transpose_a: false, transpose_b: false } },
  'math.l2_normalize': { className: 'UnitNormalization', defaults: { axis: null, epsilon: 1e-12 } },
};
