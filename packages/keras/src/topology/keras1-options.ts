import type { JsonValue } from '../model.js';
import type { RawLayer } from './raw-layer.js';

/** Members that only training, names and inputs need, of any layer of Keras 1. */
const idle =
  /^(name|trainable|batch_input_shape|input_dtype|input_dim|input_length|sparse|weights|cache_enabled|custom_name|(inner_|forget_bias_)?init|(alpha|beta|gamma)_init)$|_(regularizer|constraint)$/;

const dense = 'output_dim activation bias';
const convolution = 'nb_filter activation border_mode bias';
const row = `${convolution} filter_length subsample_length`;
const plane = `${convolution} nb_row nb_col subsample dim_ordering`;
const recurrent = 'activation inner_activation return_sequences go_backwards stateful dropout_W dropout_U';
const sequence = `output_dim unroll consume_less ${recurrent}`;
const pooling = 'pool_size strides border_mode dim_ordering';
const noise = 'p sigma noise_shape dim_ordering';
const sides = 'padding cropping size length dim_ordering';

/** Members by which layers of Keras 1 compute, and which are heeded here. */
const heeded: Readonly<Record<string, string>> = {
  Dense: dense,
  TimeDistributedDense: dense,
  Embedding: 'output_dim mask_zero dropout',
  Activation: 'activation',
  LeakyReLU: 'alpha',
  PReLU: 'shared_axes',
  ELU: 'alpha',
  ThresholdedReLU: 'theta',
  BatchNormalization: 'epsilon mode axis momentum',
  Convolution1D: row,
  AtrousConvolution1D: `${row} atrous_rate`,
  Convolution2D: plane,
  AtrousConvolution2D: `${plane} atrous_rate`,
  Deconvolution2D: `${plane} output_shape`,
  SeparableConvolution2D: `${plane} depth_multiplier`,
  Convolution3D: `${convolution} kernel_dim1 kernel_dim2 kernel_dim3 subsample dim_ordering`,
  ConvLSTM2D: `nb_filter nb_row nb_col border_mode subsample dim_ordering ${recurrent}`,
  ...Object.fromEntries(
    ['Max', 'Average'].flatMap((kind) => [
      [`${kind}Pooling1D`, 'pool_length stride border_mode'],
      [`${kind}Pooling2D`, pooling],
      [`${kind}Pooling3D`, pooling],
      ...[1, 2, 3].map((rank) => [`Global${kind}Pooling${rank}D`, 'dim_ordering'] as const),
    ]),
  ),
  ...Object.fromEntries(
    ['ZeroPadding', 'Cropping', 'UpSampling'].flatMap((kind) =>
      [1, 2, 3].map((rank) => [`${kind}${rank}D`, sides] as const),
    ),
  ),
  ...Object.fromEntries(
    [
      'Dropout',
      'SpatialDropout1D',
      'SpatialDropout2D',
      'SpatialDropout3D',
      'GaussianDropout',
      'GaussianNoise',
    ].map((name) => [name, noise] as const),
  ),
  SimpleRNN: sequence,
  LSTM: sequence,
  GRU: sequence,
  TimeDistributed: 'layer',
  Bidirectional: 'layer merge_mode',
  Merge:
    'mode mode_type concat_axis dot_axes output_shape output_shape_type output_mask output_mask_type arguments layers',
  ActivityRegularization: 'l1 l2',
  Masking: 'mask_value',
  Flatten: '',
  Permute: 'dims',
  RepeatVector: 'n',
  Reshape: 'target_shape',
};

/** Values besides which other numbers come out in Keras 1 than here. */
const demanded: Readonly<Record<string, readonly JsonValue[]>> = {
  border_mode: ['valid', 'same'],
  dim_ordering: ['tf', 'th'],
  output_mask: [null],
};

/** What remedies are by member: modes of a normalization, and of a merge. */
const normalization =
  'Train with mode=0: mode 1 normalizes each sample by itself, and mode 2 with the statistics of the batch, also when the model is run.';

/**
 * What a layer of Keras 1 computes by that is not heeded here, in words, and what to do; undefined where all of it is. Classes that Keras 1 does not have, or that
 * are refused anyway, are not looked at.
 */
export function strangeOption({ className, config }: RawLayer): readonly [string, string] | undefined {
  if (className === 'BatchNormalization' && (config['mode'] ?? 0) !== 0)
    return [`mode=${JSON.stringify(config['mode'])}`, normalization];
  if (className === 'Merge' && config['mode'] === 'cos')
    return [
      "mode='cos'",
      'Save the model with Dot(axes, normalize=True) of Keras 2 in its place: Keras 1 gives another shape, and other numbers for more than vectors.',
    ];
  if (!Object.hasOwn(heeded, className)) return undefined;
  const known = heeded[className]!.split(' ');
  const member = Object.keys(config).find((key) => {
    if (idle.test(key)) return false;
    return !known.includes(key) || demanded[key]?.includes(config[key]!) === false;
  });
  if (member === undefined) return undefined;
  const value = (JSON.stringify(config[member]) ?? '').slice(0, 80);
  return [`${member}=${value} of Keras 1`, 'Build the layer without this option, and train again.'];
}
