import type { Problem } from '@lowbit/core';
import { unsupported } from '../errors.js';
import type { JsonObject, JsonValue } from '../model.js';
import { rescaling, withTensor } from './arithmetic.js';
import type { NetworkDraft } from './layer-draft.js';
import { operationCall } from './operation-call.js';
import type { RawLayer } from './raw-layer.js';

/** Functions of TensorFlow by which tf-keras writes `x + y` and `x / 6` in Python, and what Keras 3 calls them. */
const functions: Readonly<Record<string, string>> = {
  '__operators__.add': 'Add',
  'math.add': 'Add',
  'math.subtract': 'Subtract',
  'math.multiply': 'Multiply',
  'math.truediv': 'TrueDivide',
  'math.divide': 'Divide',
  'math.negative': 'Negative',
  'math.maximum': 'Maximum',
  'math.minimum': 'Minimum',
};

/** The layer that computes what a `TFOpLambda` of tf-keras does; undefined where none does. */
export function layerForFunction(layer: RawLayer): RawLayer | undefined {
  const written = layer.config['function'];
  if (layer.className !== 'TFOpLambda' || typeof written !== 'string' || layer.inboundNodes.length !== 1)
    return undefined;
  const className = Object.hasOwn(functions, written) ? functions[written]! : '';
  const { tensors, constants } = operationCall(layer);
  const others = Object.entries(constants).filter(([key]) => key !== 'name');
  const [[place, constant] = ['', null], ...more] = others;
  if (more.length > 0) return undefined;
  if (tensors.length === 2 && others.length === 0 && withTensor.includes(className))
    return instead(layer, className, {}, tensors);
  if (tensors.length !== 1) return undefined;
  if (className === 'Negative' && others.length === 0)
    return instead(layer, 'Rescaling', { scale: -1, offset: 0 }, tensors);
  const isFirst = place === 'x' || place === '0';
  const config = typeof constant === 'number' ? rescaling(className, constant, isFirst) : undefined;
  return config && instead(layer, 'Rescaling', config, tensors);
}

function instead(
  { name }: RawLayer,
  className: string,
  settings: JsonObject,
  tensors: readonly JsonValue[],
): RawLayer {
  const config = { name, trainable: true, dtype: 'float32', ...settings };
  return { className, writtenClass: className, config, name, inboundNodes: [tensors], isOperation: true };
}

/** What stands against operations between tensors that differ in their numbers of axes: Keras fills those up in another place for layers. */
export function unequalRanks({ calls }: NetworkDraft): readonly Problem[] {
  return calls.flatMap(({ layer, inputShapes }) => {
    if (layer.network !== undefined) return unequalRanks(layer.network);
    if (layer.raw.isOperation !== true || !withTensor.includes(layer.className)) return [];
    const [left, right] = inputShapes;
    if (left !== undefined && left.length === right?.length) return [];
    const received = `${layer.className} of tensors with different numbers of axes`;
    return unsupported(layer.id, received, 'Use a layer of Keras in its place when the model is built.')
      .problems;
  });
}
