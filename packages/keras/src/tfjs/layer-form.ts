import { layersAsActivations } from '../topology/config.js';
import type { JsonObject, JsonValue, KerasLayer, Shape } from '../model.js';

/** How TensorFlow.js computes the same as a layer, or why it cannot. */
export type LayerForm =
  | { readonly className: string; readonly config: JsonObject }
  | { readonly refused: string; readonly remedy: string };

/** What a form is chosen by, besides the layer itself. */
export interface FormContext {
  /** Shape of what the layer is called with first, where known. */
  readonly input: Shape | undefined;
  /** Shape of what it gives then. */
  readonly output: Shape | undefined;
  /** Whether Keras 3 made the model: some of its functions are others than those of the same name before. */
  readonly isKeras3: boolean;
  /** Whether masks go through the model. */
  readonly hasMasks: boolean;
}

/** A form, what of the settings stands against one, or nothing where the layer stays as it is. */
type Rule = (config: JsonObject, context: FormContext) => Changed | string | undefined;

/** Another configuration, and another class where one is named. */
interface Changed {
  readonly className?: string;
  readonly config: JsonObject;
}

const remedy = 'Build the model without it, or say with customLayers of readKeras what takes its place.';

/** Layers that do nothing when a model is used. */
const idle: Rule = (config) => ({
  className: 'Activation',
  config: { name: config['name']!, activation: 'linear' },
});

/** Layers that TensorFlow.js computes as Keras does, whatever their settings. */
const same: Rule = () => undefined;

const convolution: Rule = ({ groups = 1, padding }) => {
  if (padding === 'causal') return 'padding="causal"';
  return groups === 1 ? undefined : `groups=${String(groups)}`;
};
const recurrent: Rule = (config) =>
  config['reset_after'] === true ? 'reset_after=True' : { config: { ...config, ...zeros } };
/** The default would be orthogonal matrices, which take minutes for large layers and are thrown away. */
const zeros = { recurrent_initializer: { class_name: 'Zeros', config: {} } };
/** TensorFlow.js takes the size of the crop for that of the input. */
const centerCrop: Rule = ({ name, height, width }, { input }) => {
  const extra = [height, width].map((size, i) => (input?.[i + 1] ?? NaN) - Number(size));
  if (!extra.every((size) => size >= 0)) return 'inputs of which the size is not known, or smaller ones';
  const cropping = extra.map((size) => [Math.floor(size / 2), size - Math.floor(size / 2)]);
  return { className: 'Cropping2D', config: { name: name!, cropping } };
};
const overLast =
  (settings: string): Rule =>
  ({ axis = -1 }, { input }) =>
    axis === -1 || (input !== undefined && axis === input.length - 1)
      ? undefined
      : `${settings}=${String(axis)}`;
const globalPooling: Rule = ({ keepdims }, { hasMasks }) => {
  if (keepdims === true) return 'keepdims=True';
  return hasMasks ? 'a mask, over which it would not average alone' : undefined;
};

const rules: Readonly<Record<string, Rule>> = {
  InputLayer: same,
  Dense: same,
  Embedding: same,
  Conv1D: convolution,
  Conv2D: convolution,
  Conv3D: convolution,
  Conv2DTranspose: same,
  Conv3DTranspose: same,
  DepthwiseConv2D: same,
  SeparableConv2D: ({ depth_multiplier: by = 1 }) =>
    by === 1 ? undefined : `depth_multiplier=${String(by)}`,
  MaxPooling1D: same,
  MaxPooling2D: same,
  MaxPooling3D: same,
  AveragePooling1D: same,
  AveragePooling2D: same,
  AveragePooling3D: same,
  GlobalMaxPooling1D: globalPooling,
  GlobalMaxPooling2D: globalPooling,
  GlobalAveragePooling1D: globalPooling,
  GlobalAveragePooling2D: globalPooling,
  BatchNormalization: overLast('axis'),
  LayerNormalization: same,
  Activation: same,
  ReLU: ({ negative_slope: slope = 0, threshold = 0 }) =>
    slope === 0 && threshold === 0 ? undefined : 'a slope or a threshold',
  LeakyReLU: same,
  ELU: ({ alpha = 1 }) => (alpha === 1 ? undefined : `alpha=${String(alpha)}`),
  PReLU: same,
  Softmax: overLast('axis'),
  ThresholdedReLU: same,
  Add: same,
  Multiply: same,
  Average: same,
  Maximum: same,
  Minimum: same,
  Concatenate: same,
  Dot: same,
  LSTM: recurrent,
  GRU: recurrent,
  SimpleRNN: recurrent,
  RNN: same,
  LSTMCell: recurrent,
  GRUCell: recurrent,
  SimpleRNNCell: recurrent,
  ConvLSTM2D: recurrent,
  Bidirectional: same,
  TimeDistributed: same,
  Flatten: same,
  Reshape: (config, { output }) => ({
    config: isKnown(output) ? { ...config, target_shape: output.slice(1) } : config,
  }),
  Permute: same,
  RepeatVector: same,
  Masking: same,
  ZeroPadding2D: same,
  CenterCrop: centerCrop,
  Cropping2D: same,
  UpSampling2D: ({ interpolation = 'nearest' }) =>
    interpolation === 'nearest' ? undefined : `interpolation=${String(interpolation)}`,
  Rescaling: same,
  ...Object.fromEntries(
    'Dropout SpatialDropout1D SpatialDropout2D SpatialDropout3D GaussianDropout GaussianNoise AlphaDropout ActivityRegularization RandomFlip RandomRotation RandomZoom RandomTranslation RandomContrast RandomBrightness Identity'
      .split(' ')
      .map((name) => [name, idle]),
  ),
};

/** Activations that TensorFlow.js computes as Keras does, by the names that it has for them. */
const activations: Readonly<Record<string, string>> = {
  elu: 'elu',
  gelu: 'gelu',
  hard_sigmoid: 'hardSigmoid',
  linear: 'linear',
  log_softmax: 'logSoftmax',
  mish: 'mish',
  relu: 'relu',
  relu6: 'relu6',
  selu: 'selu',
  sigmoid: 'sigmoid',
  silu: 'swish',
  softmax: 'softmax',
  softplus: 'softplus',
  softsign: 'softsign',
  tanh: 'tanh',
};

/** The layer of TensorFlow.js that computes what a layer of Keras does. Layers inside it are looked at by themselves. */
export function layerForm(layer: KerasLayer, context: FormContext): LayerForm {
  const { className, config, name } = layer;
  const named = { ...config, name };
  const rule = Object.hasOwn(rules, className) ? rules[className]! : undefined;
  if (rule === undefined) return { refused: `${className}, which TensorFlow.js does not have`, remedy };
  const outcome = rule(named, context);
  if (typeof outcome === 'string')
    return {
      refused: `${className} with ${outcome}, which TensorFlow.js computes otherwise or not at all`,
      remedy,
    };
  const result: Record<string, JsonValue> = { ...(outcome?.config ?? named) };
  for (const key of ['activation', 'recurrent_activation']) {
    const value = result[key];
    if (value === undefined) continue;
    const written = activationFor(value, context);
    if (written === undefined)
      return {
        refused: `${className} with the activation ${wordFor(value)}, which TensorFlow.js computes otherwise or not at all`,
        remedy,
      };
    result[key] = written;
  }
  return { className: outcome?.className ?? className, config: result };
}

function isKnown(shape: Shape | undefined): shape is readonly number[] {
  return shape !== undefined && shape.slice(1).every((size) => size !== null);
}

function activationFor(value: JsonValue, { isKeras3 }: FormContext): string | undefined {
  if (typeof value !== 'string' || !Object.hasOwn(activations, value)) return undefined;
  // Keras 3 computes relu6(x + 3) / 6, everything before clip(0.2 x + 0.5, 0, 1), as TensorFlow.js does.
  return value === 'hard_sigmoid' && isKeras3 ? undefined : activations[value];
}

function wordFor(value: JsonValue): string {
  return typeof value === 'string' ? value : `of a layer (${layersAsActivations.join(', ')})`;
}
