import type { JsonObject, JsonValue } from '../model.js';
import { isObject } from './raw-layer.js';

/** A class with its configuration. */
export interface Described {
  readonly className: string;
  readonly config: JsonObject;
}

/** Classes that Keras 1 called otherwise, or that other names stand for. */
const classNames: Readonly<Record<string, string>> = {
  Convolution1D: 'Conv1D',
  Convolution2D: 'Conv2D',
  Convolution3D: 'Conv3D',
  AtrousConvolution1D: 'Conv1D',
  AtrousConvolution2D: 'Conv2D',
  AtrousConv1D: 'Conv1D',
  AtrousConv2D: 'Conv2D',
  Deconvolution2D: 'Conv2DTranspose',
  Deconvolution3D: 'Conv3DTranspose',
  Convolution2DTranspose: 'Conv2DTranspose',
  Convolution3DTranspose: 'Conv3DTranspose',
  SeparableConvolution2D: 'SeparableConv2D',
  TimeDistributedDense: 'Dense',
  MaxPool1D: 'MaxPooling1D',
  MaxPool2D: 'MaxPooling2D',
  MaxPool3D: 'MaxPooling3D',
  AvgPool1D: 'AveragePooling1D',
  AvgPool2D: 'AveragePooling2D',
  AvgPool3D: 'AveragePooling3D',
  BatchNormalizationV1: 'BatchNormalization',
  BatchNormalizationV2: 'BatchNormalization',
  SyncBatchNormalization: 'BatchNormalization',
  Model: 'Functional',
};

/** Members that mean the same in every class of Keras 1 that has them. */
const members: Readonly<Record<string, string>> = {
  nb_filter: 'filters',
  border_mode: 'padding',
  subsample: 'strides',
  subsample_length: 'strides',
  atrous_rate: 'dilation_rate',
  filter_length: 'kernel_size',
  bias: 'use_bias',
  p: 'rate',
  sigma: 'stddev',
  pool_length: 'pool_size',
  stride: 'strides',
  length: 'size',
  inner_activation: 'recurrent_activation',
  input_dtype: 'dtype',
};

/** What Keras 1 has a `Merge` do, by its mode. */
const mergeModes: Readonly<Record<string, string>> = {
  sum: 'Add',
  mul: 'Multiply',
  ave: 'Average',
  max: 'Maximum',
  concat: 'Concatenate',
  dot: 'Dot',
  cos: 'Dot',
};

/** A layer in the words of Keras 2, whichever version described it. */
export function inKeras2Words({ className, config }: Described): Described {
  if (className === 'Merge') return mergeOf(config);
  const name = Object.hasOwn(classNames, className) ? classNames[className]! : className;
  const entries = Object.entries(config).map(([key, value]) => [renamed(key, name), value] as const);
  return { className: name, config: { ...Object.fromEntries(entries), ...ownMembers(name, config) } };
}

function renamed(key: string, className: string): string {
  // Keras 1 gave the width of Dense and of recurrent layers as `output_dim`, which Embedding keeps.
  if (key === 'output_dim' && className !== 'Embedding') return 'units';
  return Object.hasOwn(members, key) ? members[key]! : key;
}

/** Members that stand for several ones of Keras 1, or mean something else in one class. */
function ownMembers(className: string, config: JsonObject): Record<string, JsonValue> {
  const has = (key: string) => Object.hasOwn(config, key);
  const list = (...keys: string[]) => keys.map((key) => config[key]!);
  return {
    ...(has('nb_row') && { kernel_size: list('nb_row', 'nb_col') }),
    ...(has('kernel_dim1') && { kernel_size: list('kernel_dim1', 'kernel_dim2', 'kernel_dim3') }),
    ...(has('filter_length') && { kernel_size: list('filter_length') }),
    ...(has('dim_ordering') && {
      data_format: config['dim_ordering'] === 'th' ? 'channels_first' : 'channels_last',
    }),
    ...(has('inner_activation') && className === 'GRU' && { reset_after: false }),
    ...(/^ZeroPadding[12]D$/.test(className) && has('padding') && { padding: eachSide(config['padding']!) }),
  };
}

/** Padding as Keras 1 wrote it where the sides differ: four numbers, or each by name. */
function eachSide(padding: JsonValue): JsonValue {
  if (Array.isArray(padding) && padding.length === 4) return [padding.slice(0, 2), padding.slice(2)];
  if (!isObject(padding)) return padding;
  const both = (from: string, to: string) => [padding[`${from}_pad`] ?? 0, padding[`${to}_pad`] ?? 0];
  const hasRows = 'top_pad' in padding || 'bottom_pad' in padding;
  return hasRows ? [both('top', 'bottom'), both('left', 'right')] : both('left', 'right');
}

function mergeOf(config: JsonObject): Described {
  const mode = typeof config['mode'] === 'string' ? config['mode'] : '';
  const isOfModels = Array.isArray(config['layers']);
  const known = Object.hasOwn(mergeModes, mode)
    ? mergeModes[mode]!
    : `Merge with mode ${mode || 'of a function'}`;
  const className = isOfModels ? 'Merge of models' : known;
  const { name = null, concat_axis: axis = -1, dot_axes: axes = -1 } = config;
  return {
    className,
    config: {
      name,
      ...(className === 'Concatenate' && { axis }),
      ...(className === 'Dot' && { axes, normalize: mode === 'cos' }),
    },
  };
}
