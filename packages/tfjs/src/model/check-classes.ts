import { LowbitError, type Problem } from '@lowbit/core';
import * as tf from '@tensorflow/tfjs-core';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import { topologyOf } from './topology.js';

/**
 * Checks that every class in the model's topology can be made again from its configuration. Throws
 * `layer-unsupported` with one problem for each class that TensorFlow.js does not know.
 */
export function checkClasses(model: LayersModel): void {
  const known = tf.serialization.SerializationMap.getMap().classNameMap;
  const unknown = [...classNames(topologyOf(model))].filter((name) => !Object.hasOwn(known, name));
  const [first, ...rest] = unknown.map((name) => unknownClass(name, model.name));
  if (first !== undefined) throw new LowbitError([first, ...rest]);
}

function unknownClass(name: string, model: string): Problem {
  return {
    code: 'layer-unsupported',
    where: `${model}: class ${name}`,
    expected: 'classes that are registered with TensorFlow.js',
    received: name,
    remedy: name.startsWith('Lowbit')
      ? 'Register the layers that @lowbit/tfjs adds: registerLayers(), which load and toLayersModel call themselves.'
      : `Register it before quantizing: tf.serialization.registerClass(${name}).`,
  };
}

/** Every `class_name` in a topology: layers, cells, initializers, regularizers, constraints. */
function classNames(json: unknown, found = new Set<string>()): Set<string> {
  if (typeof json !== 'object' || json === null) return found;
  const { class_name: name, config } = json as { class_name?: unknown; config?: unknown };
  if (typeof name === 'string' && typeof config === 'object') found.add(name);
  for (const value of Object.values(json)) classNames(value, found);
  return found;
}
