import type { JsonObject, JsonValue } from '../model.js';
import { plainConstant, withConstantSteps, withTensor } from './arithmetic.js';
import type { Operation, Steps } from './operation.js';
import { operationCall, type OperationCall } from './operation-call.js';
import { isObject, type RawLayer } from './raw-layer.js';
import { arithmetic, functions } from './tensorflow-functions.js';

/** What Keras 3 calls with one list of tensors. */
const ofLists = ['Stack', 'Concatenate'];

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
  return { className, config, args: ofLists.includes(className) ? [tensors] : tensors };
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
  if (className === 'Negative' && constant === null)
    return { args: tensors, steps: [{ className: 'Rescaling', config: { scale: -1, offset: 0 } }] };
  const value = plainConstant(constant);
  const isFirst = place === 'x' || place === '0';
  return value === undefined ? undefined : withConstantSteps(className, tensors, value, isFirst);
}

/** A number for each channel, which are last. */
function biasAdded(
  tensors: readonly JsonValue[],
  { bias = null, data_format: format = 'NHWC', ...others }: JsonObject,
): Steps | undefined {
  const value = plainConstant(bias);
  const isPlain = tensors.length === 1 && format === 'NHWC' && Object.keys(others).length === 0;
  return isPlain && Array.isArray(value) ? withConstantSteps('Add', tensors, value, false) : undefined;
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
