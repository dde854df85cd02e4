import type { JsonObject, JsonValue } from '../model.js';
import { isObject, type RawLayer } from './raw-layer.js';

/** What an operation is called with: tensors, as its topology refers to them, and constants. */
export interface OperationCall {
  readonly tensors: readonly JsonValue[];
  /** By name, or by place from 0. */
  readonly constants: JsonObject;
}

/** What tf-keras writes in the place of a tensor where it is called with a constant. */
const constantMark = '_CONSTANT_VALUE';

/** The first call of an operation, as Keras 3 or tf-keras wrote it. */
export function operationCall({ inboundNodes: [node = null] }: RawLayer): OperationCall {
  const given = argumentsOf(node);
  const constants = given.filter(([, value]) => value !== null && tensorsIn(value).length === 0);
  return {
    tensors: given.flatMap(([, value]) => tensorsIn(value)),
    constants: Object.fromEntries(constants),
  };
}

/** An operation that is called with its tensors alone. */
export function withTensorsAlone(raw: RawLayer): RawLayer {
  const { tensors } = operationCall(raw);
  if (tensors.length === 0) return raw;
  const args = tensors.length === 1 ? tensors : [tensors];
  const node = isObject(tensors[0]) ? { args, kwargs: {} } : tensors;
  return { ...raw, inboundNodes: [node] };
}

/** Arguments with their names, or their places. */
function argumentsOf(node: JsonValue): readonly (readonly [string, JsonValue])[] {
  if (isObject(node)) {
    const [args, kwargs] = [node['args'] ?? null, node['kwargs'] ?? null];
    return [
      ...Object.entries(Array.isArray(args) ? args : []),
      ...Object.entries(isObject(kwargs) ? kwargs : {}),
    ];
  }
  if (!Array.isArray(node)) return [];
  const list = (typeof node[0] === 'string' ? [node] : node).filter((each) => Array.isArray(each));
  const named = list.map((each) => (isObject(each[3]) ? each[3] : {}));
  const values = list.map((each) => (each[0] === constantMark ? each[2]! : each.slice(0, 3)));
  return [...Object.entries(values), ...Object.entries(Object.assign({}, ...named) as JsonObject)];
}

function tensorsIn(value: JsonValue): readonly JsonValue[] {
  if (isObject(value)) return value['class_name'] === '__keras_tensor__' ? [value] : [];
  if (!Array.isArray(value)) return [];
  const [layer, call, output] = value as readonly JsonValue[];
  const isReference = typeof layer === 'string' && Number.isInteger(call) && Number.isInteger(output);
  return isReference
    ? [value]
    : value.flatMap((each: JsonValue) => (Array.isArray(each) || isObject(each) ? tensorsIn(each) : []));
}
