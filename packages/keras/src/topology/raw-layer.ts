import { malformed } from '../errors.js';
import type { JsonObject, JsonValue } from '../model.js';

/** A layer or a model as a JSON text of any version of Keras has it. */
export interface RawLayer {
  /** Without package: `MyLayer` of `Custom>MyLayer`. */
  readonly className: string;
  /** As it was written, for messages and hooks. */
  readonly writtenClass: string;
  /** The module of Python, where Keras 3 or 2.13 wrote it. */
  readonly module?: string;
  /** The package under which a class of the user's was registered. */
  readonly package?: string;
  readonly config: JsonObject;
  readonly name: string;
  /** Absent in a Sequential, and in models of one layer after the other. */
  readonly inboundNodes: readonly JsonValue[];
  /** The shape that the layer was built with, where the file has it. */
  readonly buildShape?: JsonValue;
  readonly sharedId?: number;
  /** It stands for an operation of Python: `x + y`. */
  readonly isOperation?: true;
  /** TensorFlow.js has it under a name of lowbit's. */
  readonly isOwn?: true;
}

/** Whether a value of a JSON text has members. */
export function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/**
 * Reads the outside of a layer.
 *
 * @param where The place of the layer in the model, for errors.
 * @throws LowbitError `model-malformed`.
 */
export function rawLayer(value: JsonValue | undefined, where: string): RawLayer {
  const written = isObject(value) ? value['class_name'] : undefined;
  if (!isObject(value) || typeof written !== 'string')
    throw malformed(where, 'a layer with class_name and config', describe(value));
  const list = value['config'];
  // Keras 1 and the first versions of Keras 2 wrote the layers of a Sequential as its configuration.
  const config = Array.isArray(list) ? { layers: list as readonly JsonValue[] } : (list ?? {});
  if (!isObject(config)) throw malformed(`${where}: config`, 'an object', describe(list));
  const { name: outer, module, registered_name: registered, build_config: build } = value;
  const name = outer ?? config['name'];
  const scope = [registered, written].find((text) => typeof text === 'string' && text.includes('>'));
  const inbound = value['inbound_nodes'] ?? [];
  if (!Array.isArray(inbound)) throw malformed(`${where}: inbound_nodes`, 'a list', describe(inbound));
  const sharedId = value['shared_object_id'];
  const buildShape = isObject(build) ? build['input_shape'] : config['build_input_shape'];
  return {
    className: written.slice(written.indexOf('>') + 1),
    writtenClass: written,
    config,
    name: typeof name === 'string' ? name : '',
    inboundNodes: inbound as readonly JsonValue[],
    ...(typeof module === 'string' && { module }),
    ...(typeof scope === 'string' && { package: scope.slice(0, scope.indexOf('>')) }),
    ...(buildShape !== undefined && { buildShape }),
    ...(typeof sharedId === 'number' && { sharedId }),
    ...(value['is_of_lowbit'] === true && { isOwn: true }),
  };
}

/** The beginning of a value, for messages. */
export function describe(value: unknown): string {
  return (JSON.stringify(value) ?? 'nothing').slice(0, 120);
}
