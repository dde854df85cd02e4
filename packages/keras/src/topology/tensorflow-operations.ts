import type { JsonObject, JsonValue } from '../model.js';
import { plainConstant, rescaling, withTensor } from './arithmetic.js';
import type { Operation, Steps } from './operation.js';
import { operationCall, type OperationCall } from './operation-call.js';
import { isObject, type RawLayer } from './raw-layer.js';

/** Functions of TensorFlow by which tf-keras writes `x + y` and `x / 6` in Python, and what Keras 3 calls them. */
const arithmetic: Readonly<Record<string, string>> = {
  '__operators__.add': 'Add',
  'math.add': 'Add',
  'math.subtract': 'Subtract',
  'math.multiply': 'Multiply',
  'math.truediv': 'Divide',
  'math.divide': 'Divide',
  'math.negative': 'Negative',
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

const functions: Readonly<Record<string, Counterpart>> = {
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
  'math.sqrt': { className: 'Sqrt' },
  'math.square': { className: 'Square' },
  'math.reduce_mean': { className: 'Mean', defaults: reduction },
  'math.reduce_max': { className: 'Max', defaults: reduction },
  'math.reduce_min': { className: 'Min', defaults: reduction },
  'math.reduce_sum': { className: 'Sum', defaults: reduction },
  reverse: { className: 'Flip', defaults: { axis: null } },
  stack: { className: 'Stack', defaults: { axis: 0 } },
};

/** The operation of Keras 3 that a function of TensorFlow is, with tensors as tf-keras writes them; undefined where it is none. */
export function operationForFunction(layer: RawLayer): Operation | undefined {
  const written = functionOf(layer);
  const { tensors, constants } = callOf(layer);
  if (layer.className === 'SlicingOpLambda' && written === '__operators__.getitem')
    return tensors.length === 1 ? itemOf(tensors, constants) : undefined;
  const counterpart = Object.hasOwn(functions, written) ? functions[written] : undefined;
  if (layer.className !== 'TFOpLambda' || counterpart === undefined) return undefined;
  const { className, defaults = {}, names = {} } = counterpart;
  if (!Object.keys(constants).every((key) => Object.hasOwn(defaults, key))) return undefined;
  const settings = Object.entries({ ...defaults, ...constants }).map(([key, value]) => [
    names[key] ?? key,
    value,
  ]);
  const config = Object.fromEntries(settings) as JsonObject;
  return { className, config, args: className === 'Stack' ? [tensors] : tensors };
}

/** `x[...]`, with its index in the words of Keras 3. */
function itemOf(tensors: readonly JsonValue[], { slice_spec: index = null }: JsonObject): Operation {
  const words = [index].flat().map((each): JsonValue => {
    if (!isObject(each) || each['class_name'] !== undefined) return each;
    return { class_name: '__slice__', config: each };
  });
  return { className: 'GetItem', config: {}, args: [...tensors, words] };
}

/** The layer that computes arithmetic of tf-keras; undefined where none does. */
export function stepsForArithmetic(layer: RawLayer): Steps | undefined {
  if (layer.className !== 'TFOpLambda') return undefined;
  const written = functionOf(layer);
  const { tensors, constants } = callOf(layer);
  if (written === 'nn.bias_add') return biasAdded(tensors, constants);
  const className = Object.hasOwn(arithmetic, written) ? arithmetic[written]! : '';
  const [[place, constant] = ['', null], ...more] = Object.entries(constants);
  if (more.length > 0) return undefined;
  if (tensors.length === 2 && constant === null && withTensor.includes(className))
    return { args: tensors, steps: [{ className, config: {} }] };
  if (tensors.length !== 1) return undefined;
  if (className === 'Negative' && constant === null) return scaled(tensors, { scale: -1, offset: 0 });
  const value = plainConstant(constant);
  const isFirst = place === 'x' || place === '0';
  return value === undefined ? undefined : scaled(tensors, rescaling(className, value, isFirst));
}

/** A number for each channel, which are last. */
function biasAdded(
  tensors: readonly JsonValue[],
  { bias = null, data_format: format = 'NHWC', ...others }: JsonObject,
): Steps | undefined {
  const value = plainConstant(bias);
  const isPlain = tensors.length === 1 && format === 'NHWC' && Object.keys(others).length === 0;
  return isPlain && Array.isArray(value) ? scaled(tensors, rescaling('Add', value, false)) : undefined;
}

function scaled(args: readonly JsonValue[], config: JsonObject | undefined): Steps | undefined {
  return config && { args, steps: [{ className: 'Rescaling', config }] };
}

function functionOf({ config, inboundNodes }: RawLayer): string {
  const written = config['function'];
  return typeof written === 'string' && inboundNodes.length === 1 ? written : '';
}

function callOf(layer: RawLayer): OperationCall {
  const { tensors, constants } = operationCall(layer);
  const others = Object.entries(constants).filter(([key]) => key !== 'name');
  return { tensors, constants: Object.fromEntries(others) };
}
