import { graphInvalid } from '../errors.js';
import type { Argument, JsonObject, JsonValue, TensorReference } from '../model.js';
import type { CallArguments } from '../network/call-tensors.js';
import { describe, isObject } from './raw-layer.js';

/** A reference before the calls of its layer are counted as Keras 2 does; see `node-index.ts`. */
export interface WrittenReference extends TensorReference {
  /** It was written by Keras 3 as an argument, where calls of nested models are counted from 0. */
  readonly fromZero?: true;
}

/**
 * The arguments of one entry of `inbound_nodes`: `{ args, kwargs }` of Keras 3, or a list of
 * `[layer, call, output, kwargs]`.
 *
 * @throws LowbitError `graph-invalid`.
 */
export function callArguments(node: JsonValue, where: string): CallArguments {
  if (isObject(node) && Array.isArray(node['args'])) {
    const kwargs = isObject(node['kwargs']) ? node['kwargs'] : {};
    return {
      args: (node['args'] as JsonValue[]).map((value) => argument(value, where, false)),
      kwargs: namedArguments(kwargs, where, false),
    };
  }
  if (isObject(node)) return { args: [argument(node, where, true)], kwargs: {} };
  if (!Array.isArray(node) || node.length === 0)
    throw graphInvalid(where, 'a list of tensors, or args and kwargs', describe(node));
  // One tensor alone was written without a list around it by some versions.
  const list = (isReference(node) ? [node] : node) as JsonValue[];
  const tensors = list.map((value) => ({ tensor: reference(value, where) }));
  const [first] = list as [JsonValue[]];
  const kwargs = isObject(first[3]) ? first[3] : {};
  return {
    args: tensors.length === 1 ? tensors : [{ list: tensors }],
    kwargs: namedArguments(kwargs, where, true),
  };
}

function namedArguments(kwargs: JsonObject, where: string, isOld: boolean): Record<string, Argument> {
  // Whether a layer trains is decided when the model is run.
  const given = Object.entries(kwargs).filter(([name, value]) => value !== null && name !== 'training');
  return Object.fromEntries(given.map(([name, value]) => [name, argument(value, where, isOld)]));
}

/** @param isOld Tensors are written as `[layer, call, output]`, as Keras 2 does, not as objects. */
function argument(value: JsonValue, where: string, isOld: boolean, depth = 0): Argument {
  if (depth > 16) throw graphInvalid(where, 'arguments at most 16 lists deep', 'deeper ones');
  if (isObject(value) && value['class_name'] === '__keras_tensor__') {
    const config = isObject(value['config']) ? value['config'] : {};
    return {
      tensor: { ...reference(config['keras_history'] ?? null, where), fromZero: true } as WrittenReference,
    };
  }
  if (isOld && isReference(value)) return { tensor: reference(value, where) };
  if (typeof value !== 'object' || value === null) return { value };
  const names = namesOf(value);
  const given = names === undefined ? (value as readonly JsonValue[]) : membersOf(value as JsonObject);
  const list = given.map((each) => argument(each, where, isOld, depth + 1));
  if (list.every((each) => 'value' in each)) return { value };
  return names === undefined ? { list } : ({ list, names } as NamedList);
}

/** What a model is called with as a dictionary, in the order of its keys. */
export interface NamedList {
  readonly list: readonly Argument[];
  readonly names: readonly string[];
}

/** The keys of a dictionary, sorted, which is the order in which Keras takes its members. */
export function namesOf(value: JsonValue | undefined): readonly string[] | undefined {
  return isObject(value) ? Object.keys(value).sort() : undefined;
}

function membersOf(value: JsonObject): readonly JsonValue[] {
  return namesOf(value)!.map((name) => value[name]!);
}

function isReference(value: JsonValue): boolean {
  return (
    Array.isArray(value) &&
    value.length >= 3 &&
    typeof value[0] === 'string' &&
    Number.isSafeInteger(value[1]) &&
    Number.isSafeInteger(value[2])
  );
}

/** `[layer, call, output]`. */
function reference(value: JsonValue, where: string): TensorReference {
  if (!isReference(value)) throw graphInvalid(where, 'a tensor as [layer, call, output]', describe(value));
  const [layer, call, output] = value as [string, number, number];
  if (call < 0 || output < 0) throw graphInvalid(where, 'calls and outputs from 0', describe(value));
  return { layer, call, output };
}

/** The references in `input_layers` or `output_layers`: one, or lists and dictionaries of them, of which one outside gives them names. */
export function references(
  value: JsonValue | undefined,
  where: string,
): { readonly tensors: readonly TensorReference[]; readonly names?: readonly string[] } {
  if (value === undefined || value === null) throw graphInvalid(where, 'a list of tensors', 'nothing');
  const tensors = referencesIn(value, where, 0);
  const names = namesOf(value);
  return { tensors, ...(names?.length === tensors.length && { names }) };
}

function referencesIn(value: JsonValue, where: string, depth: number): readonly TensorReference[] {
  if (isReference(value)) return [reference(value, where)];
  if (typeof value !== 'object' || value === null || depth > 16)
    throw graphInvalid(where, 'a list of tensors', describe(value));
  const members = isObject(value) ? membersOf(value) : (value as readonly JsonValue[]);
  return members.flatMap((each) => referencesIn(each, where, depth + 1));
}
