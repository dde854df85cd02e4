import type { JsonObject, JsonValue, Shape } from '../model.js';
import { isObject } from './raw-layer.js';

/** An operation of Keras 3 on tensors, as its topologies have it. */
export interface Operation {
  readonly className: string;
  readonly config: JsonObject;
  readonly args: readonly JsonValue[];
}

/** A layer in the place of an operation, or of a part of one. */
export interface Step {
  readonly className: string;
  readonly config: JsonObject;
  /** How often it is given the one tensor that it is called with, in a list. Default: the tensor alone. */
  readonly copies?: number;
}

/** What an operation is in layers, one behind the other, of which the first is called with `args`. */
export interface Steps {
  readonly args: readonly JsonValue[];
  readonly steps: readonly Step[];
}

/** Undefined where layers do not compute what an operation does. */
export type OperationRule = (operation: Operation) => Steps | undefined;

/** The shape of a tensor in arguments; undefined for what is none. */
export function shapeOf(value: JsonValue | undefined): Shape | undefined {
  if (!isObject(value) || value['class_name'] !== '__keras_tensor__' || !isObject(value['config']))
    return undefined;
  const { shape } = value['config'];
  const isSize = (size: unknown) => size === null || Number.isSafeInteger(size);
  return Array.isArray(shape) && shape.every(isSize) ? (shape as (number | null)[]) : undefined;
}

/** One layer that is called with what the operation is called with. */
export function single({ args }: Operation, className: string, config: JsonObject = {}): Steps {
  return { args, steps: [{ className, config }] };
}
