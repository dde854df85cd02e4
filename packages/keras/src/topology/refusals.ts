import { isLowbitError, type Problem } from '@lowbit/core';
import { unsupported } from '../errors.js';
import { quantizedInputClass } from '../quantized-input.js';
import { isOwnClass, layerClass } from '../layers/classes.js';
import { Settings } from '../layers/settings.js';
import { isOperation } from './operations.js';
import { hasNonFinite } from './python-json.js';
import { isQuantizedPolicy, type Neutral } from './config.js';
import { strangeOption } from './keras1-options.js';
import type { RawLayer } from './raw-layer.js';

const wrapperNames = ['Bidirectional', 'TimeDistributed', 'RNN', 'StackedRNNCells', quantizedInputClass];
const modelNames = ['Functional', 'Sequential'];

export function isModel(className: string): boolean {
  return modelNames.includes(className);
}

export function isWrapper(className: string): boolean {
  return wrapperNames.includes(className);
}

/** Why a layer cannot be represented, as a problem at it; undefined where it can. */
export function refusalOf(
  raw: RawLayer,
  neutral: Neutral,
  id: string,
  isKeras1: boolean,
): Problem | undefined {
  const { className, policy, strangeActivation } = neutral;
  const refuse = (received: string, remedy: string) => unsupported(id, received, remedy).problems[0]!;
  const foreign = foreignClass(raw);
  if (foreign !== undefined) return refuse(`${raw.writtenClass}, ${foreign.what}`, foreign.remedy);
  const strange = isKeras1 ? strangeOption(raw) : undefined;
  if (strange !== undefined) return refuse(`${raw.writtenClass} with ${strange[0]}`, strange[1]);
  if (isQuantizedPolicy(policy))
    return refuse(
      `${className} with the policy of types ${policy}`,
      'Save the model before Keras quantizes it, and let lowbit quantize it.',
    );
  if (strangeActivation !== undefined)
    return refuse(
      `${className} with the activation ${strangeActivation}`,
      `Write it as a layer of its own, or say in a program what takes the place of the layer: readKeras(file, { customLayers: { ${className}: … } }).`,
    );
  if (neutral.config['data_format'] === 'channels_first')
    return refuse(
      `${className} with channels first`,
      'Build the model with data_format="channels_last" and copy the weights: kernels keep their shapes, and the rows of a Dense layer behind a Flatten are put into the other order.',
    );
  return settingsRefusal(neutral, id);
}

function settingsRefusal({ className, config }: Neutral, id: string): Problem | undefined {
  if (className === 'InputLayer' && (config['sparse'] === true || config['ragged'] === true))
    return unsupported(id, 'a sparse or ragged input', 'Build the model with a dense input.').problems[0]!;
  if (config['time_major'] === true)
    return unsupported(
      id,
      `${className} with time_major=True`,
      'Build the model with time_major=False, and inputs whose first axis is that of the samples.',
    ).problems[0]!;
  if (isModel(className) || isWrapper(className) || className === 'InputLayer') return undefined;
  const known = layerClass(className);
  if (known === undefined) return unsupported(id, className, customRemedy(className)).problems[0]!;
  const endless = Object.keys(config).find((key) => hasNonFinite(config[key]!));
  if (endless !== undefined)
    return unsupported(
      id,
      `${className} with a number in ${endless} that is infinite or NaN`,
      'Build the model with a finite number in its place.',
    ).problems[0]!;
  try {
    const refusal = known.refuse?.(new Settings(config, id));
    if (refusal === undefined) return undefined;
    return unsupported(id, `${className} with ${refusal.reason}`, refusal.remedy).problems[0]!;
  } catch (error) {
    if (isLowbitError(error)) return error.problems[0]!;
    throw error;
  }
}

function customRemedy(className: string): string {
  return `Say in a program which layer takes its place: readKeras(file, { customLayers: { ${className}: (config, weights) => … } }).`;
}

interface Foreign {
  readonly what: string;
  readonly remedy: string;
}

/** Libraries whose layers quantize by themselves, by their modules and the classes that only they have. */
const quantizing: readonly (readonly [string, RegExp, RegExp])[] = [
  [
    'QKeras',
    /^qkeras\b/,
    /^Q(Activation|Adaptive|Average|BatchNorm|Bidirectional|Conv|Dense|Depthwise|GRU|Global|LSTM|Mobile|Separable|SimpleRNN)/,
  ],
  ['Larq', /^larq\b/, /^Quant(Conv|Dense|Depthwise|Locally|Separable)/],
  [
    'HGQ',
    /^(hgq|HGQ)\b/,
    /^(H(Dense|Conv|BatchNorm|Activation|Quantize|Add)|P(Dense|Conv|BatchNorm|Concatenate|Flatten|Reshape|MaxPool))/,
  ],
  [
    'the TensorFlow Model Optimization Toolkit',
    /^tensorflow_model_optimization\b/,
    /^(Quantize(Wrapper|Layer)|PruneLowMagnitude|ClusterWeights)/,
  ],
];

const operations = [
  'TFOpLambda',
  'SlicingOpLambda',
  'TensorFlowOpLayer',
  'ClassMethod',
  'InstanceMethod',
  'InstanceProperty',
];
const foreignModels = ['KerasLayer', 'TFSMLayer', 'TorchModuleWrapper', 'JaxLayer', 'FlaxLayer'];

/** What a class is that Keras' own layers do not have, where that is known. */
function foreignClass(raw: RawLayer): Foreign | undefined {
  const { className, module, package: scope } = raw;
  // Keras has no such class, and a user's of the same name computes something else.
  if (isOwnClass(className) && !raw.isOperation && !raw.isOwn)
    return { what: 'a layer of your own', remedy: customRemedy(className) };
  const library = quantizing.find(
    ([, modules, classes]) =>
      modules.test(module ?? '') || (scope ?? '').match(modules) || classes.test(className),
  )?.[0];
  if (library !== undefined)
    return {
      what: `a layer of ${library}, which quantizes by itself`,
      remedy: 'Train or export the model with ordinary layers of Keras, and let lowbit quantize it.',
    };
  if (className === 'Lambda')
    return {
      what: 'a function of Python',
      remedy:
        'Say in a program what takes its place, by the layer’s name: readKeras(file, { lambdas: { NAME: (config) => … } }).',
    };
  if (operations.includes(className) || isOperation(raw))
    return {
      what: 'an operation of TensorFlow or of keras.ops that was called on a tensor',
      remedy: 'Use a layer of Keras in its place when the model is built.',
    };
  if (foreignModels.includes(className))
    return { what: 'a model of another library', remedy: 'Build the model of layers of Keras alone.' };
  if (scope !== undefined || (module !== undefined && !/^(keras|tf_keras|tensorflow)\b/.test(module)))
    return { what: `a layer of your own or of ${scope ?? module}`, remedy: customRemedy(className) };
  return undefined;
}
