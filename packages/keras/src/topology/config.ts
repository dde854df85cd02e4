import { activationName } from '../layers/activation.js';
import type { JsonObject, JsonValue } from '../model.js';
import { inKeras2Words, type Described } from './keras1.js';
import { isObject, rawLayer } from './raw-layer.js';

/** A layer's class and configuration in one form, and what it was computed in. */
export interface Neutral extends Described {
  /** Name of the policy of types, for instance `mixed_float16`; `float32` where nothing is said. */
  readonly policy: string;
  /** An activation that Keras does not have. */
  readonly strangeActivation?: string;
}

/** What only training needs, what Python needs to find its classes, and layers inside, which stand in the graph. */
const dropped =
  /(_initializer|_regularizer|_constraint)$|^(init|inner_init|forget_bias_init|weights|module|registered_name|build_config|build_input_shape|compile_config|quantization_config|unroll|lora_rank|lora_alpha|dtype|implementation|consume_less|seed|trainable|optional|activity_regularizer|synchronized|batch_input_shape|batch_shape|input_dim|input_length|layer|backward_layer|cell|cells|layers|input_layers|output_layers)$/;

/** Members that hold the name of an activation. */
const activations = ['activation', 'recurrent_activation'];

/** A layer in the form of Keras 2, without what is of no use when the model is run. */
export function neutralConfig(given: Described): Neutral {
  const { className, config } = withoutIdleMask(inKeras2Words(given));
  const kept = Object.entries(config).filter(([key]) => !dropped.test(key) || isOwn(className, key, config));
  const result: Record<string, JsonValue> = Object.fromEntries(kept);
  let strange: string | undefined;
  for (const key of activations) {
    if (!(key in result)) continue;
    const activation = activationOf(result[key]!);
    if (activation === undefined) strange ??= wordFor(result[key]!);
    else result[key] = activation;
  }
  renameMembers(className, result);
  if (className === 'ReLU' && result['max_value'] === Infinity) result['max_value'] = null;
  const policy = policyName(config['dtype'] ?? config['dtype_policy'] ?? null);
  if (className === 'InputLayer') addInput(config, policy, result);
  return { className, config: result, policy, ...(strange !== undefined && { strangeActivation: strange }) };
}

/** Nothing equals NaN, so that a layer that masks what equals it masks nothing. */
function withoutIdleMask(given: Described): Described {
  const { name = null, mask_value: masked } = given.config;
  return given.className === 'Masking' && Number.isNaN(masked)
    ? { className: 'Activation', config: { name, activation: 'linear' } }
    : given;
}

/**
 * `input_dim` is where an Embedding keeps the size of its vocabulary. `unroll` is of no matter but for the steps of a layer that goes
 * backward: the mask by which Keras zeroes them is not turned around with them then.
 */
function isOwn(className: string, key: string, config: JsonObject): boolean {
  if (key === 'unroll')
    return ['unroll', 'go_backwards', 'return_sequences'].every((flag) => config[flag] === true);
  return className === 'Embedding' && key === 'input_dim';
}

function renameMembers(className: string, config: Record<string, JsonValue>): void {
  if (className === 'LeakyReLU' && config['negative_slope'] !== undefined) {
    config['alpha'] = config['negative_slope'];
    delete config['negative_slope'];
  }
  const axis = config['axis'];
  if (className === 'BatchNormalization' && Array.isArray(axis) && axis.length === 1)
    config['axis'] = axis[0] as JsonValue;
}

function addInput(config: JsonObject, policy: string, result: Record<string, JsonValue>): void {
  const shape = inputShape(config);
  if (shape !== undefined) result['batch_input_shape'] = shape;
  result['dtype'] = policy;
}

/** The shape of the model's input that a first layer or an InputLayer carries. */
export function inputShape(config: JsonObject): JsonValue | undefined {
  return config['batch_shape'] ?? config['batch_input_shape'] ?? undefined;
}

/** The name of an activation, in whatever form it is written; undefined for one that Keras does not have. */
function activationOf(value: JsonValue): JsonValue | undefined {
  if (value === null) return 'linear';
  if (typeof value === 'string') return activationName(value);
  if (!isObject(value)) return undefined;
  // Keras 3: { class_name: 'function', config: 'relu' }. A layer as an activation: { class_name: 'ReLU', config: { … } }.
  if (typeof value['config'] === 'string') return activationName(value['config']);
  if (typeof value['class_name'] !== 'string') return undefined;
  const { className, config } = rawLayer(value, 'activation');
  const neutral = neutralConfig({ className, config });
  return layersAsActivations.includes(className)
    ? { class_name: className, config: neutral.config }
    : undefined;
}

export const layersAsActivations = ['ReLU', 'LeakyReLU', 'ELU', 'Softmax', 'ThresholdedReLU'];

function wordFor(value: JsonValue): string {
  if (!isObject(value)) return String(value);
  const { class_name: className, config } = value;
  return typeof config === 'string' ? config : String(className);
}

/** The name of a policy of types, which Keras writes as a text or as an object. */
function policyName(value: JsonValue): string {
  if (typeof value === 'string') return value;
  if (!isObject(value)) return 'float32';
  const { class_name: className, config } = value;
  const { name, mode, source_name: source }: JsonObject = isObject(config) ? config : {};
  if (typeof mode === 'string') return `${mode}_from_${String(source)}`;
  if (className !== 'DTypePolicy' && className !== 'Policy' && className !== 'FloatDTypePolicy')
    return String(className);
  return typeof name === 'string' ? name : 'float32';
}

/** Whether a policy stores or computes anything but floats of one kind: then weights are no plain numbers. */
export function isQuantizedPolicy(policy: string): boolean {
  return /_from_|quantized|float8|DTypePolicyMap/i.test(policy);
}
