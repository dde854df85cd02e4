import { isLowbitError } from '@lowbit/core';
import { hookInvalid } from '../errors.js';
import type { CustomLayer, CustomLayerHook, LayerHooks, StoredWeight } from '../hooks.js';
import { applicationHook } from './application-layers.js';
import { isOperation } from './operations.js';
import { operationCall } from './operation-call.js';
import type { RawLayer } from './raw-layer.js';
import { isModel, isWrapper } from './refusals.js';

/** The function that says what takes the place of a layer: the user's, or ours for one that a network of Keras itself brings along. */
export function hookFor(
  raw: RawLayer,
  { customLayers = {}, lambdas = {} }: LayerHooks,
): CustomLayerHook | undefined {
  if (raw.className === 'Lambda') return Object.hasOwn(lambdas, raw.name) ? lambdas[raw.name] : undefined;
  const name = [raw.writtenClass, `${raw.package}>${raw.className}`, raw.className].find((each) =>
    Object.hasOwn(customLayers, each),
  );
  return name === undefined ? applicationHook(raw) : customLayers[name];
}

/**
 * What a hook puts in the place of a layer.
 *
 * @throws LowbitError `invalid-argument` for one that fails, or gives no layer; its own where it throws one.
 */
export function askHook(
  hook: CustomLayerHook,
  raw: RawLayer,
  where: string,
  weights: readonly StoredWeight[],
): CustomLayer {
  if (typeof hook !== 'function') throw hookInvalid(where, 'a function', typeof hook);
  const constants = hasConstants(raw) ? operationCall(raw).constants : {};
  let custom: unknown;
  try {
    custom = hook(raw.config, weights, constants);
  } catch (error) {
    if (isLowbitError(error)) throw error;
    const message = error instanceof Error ? error.message : String(error);
    throw hookInvalid(
      where,
      'a function that returns { className, config }',
      `one that throws: ${message}`,
      error,
    );
  }
  checkCustom(custom, where);
  return custom;
}

/** Whether a layer is an operation of TensorFlow or Keras, which is called with its settings. */
export function hasConstants(raw: RawLayer): boolean {
  return ['TFOpLambda', 'SlicingOpLambda'].includes(raw.className) || isOperation(raw);
}

function checkCustom(custom: unknown, where: string): asserts custom is CustomLayer {
  const { className, weights, outputShape } = Object(custom) as Partial<CustomLayer>;
  const received = custom instanceof Promise ? 'a promise' : typeof custom;
  if (typeof className !== 'string')
    throw hookInvalid(where, 'a function that returns { className, config }', received);
  if (isModel(className) || isWrapper(className))
    throw hookInvalid(where, 'the class of a layer that has none inside', className);
  if (weights !== undefined && !areNames(weights))
    throw hookInvalid(
      where,
      'different names of weights, none of which begins with a digit',
      JSON.stringify(weights)?.slice(0, 200) ?? typeof weights,
    );
  if (outputShape !== undefined && !isShape(outputShape))
    throw hookInvalid(
      where,
      'an outputShape of sizes, null for open ones',
      String(outputShape).slice(0, 200),
    );
}

function isShape(value: unknown): boolean {
  const isSize = (size: unknown) => size === null || (Number.isSafeInteger(size) && (size as number) >= 0);
  return Array.isArray(value) && value.every(isSize);
}

/** TensorFlow.js takes a name that begins with a digit for a place in its own order of weights. */
function areNames(weights: unknown): boolean {
  if (!Array.isArray(weights) || new Set(weights).size < weights.length) return false;
  return weights.every((name) => typeof name === 'string' && /^\D/.test(name));
}
