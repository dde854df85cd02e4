import { LowbitError } from '@lowbit/core';
import * as tf from '@tensorflow/tfjs-core';
import type { layers } from '@tensorflow/tfjs-layers';

/** A layer in the configuration of another. */
export interface LayerJson {
  readonly className: string;
  readonly config: tf.serialization.ConfigDict;
}

/**
 * The layer of a configuration.
 *
 * @throws LowbitError `layer-unsupported` for a class that is not registered with TensorFlow.js.
 */
export function makeLayer({ className, config }: LayerJson): layers.Layer {
  const [constructor, fromConfig] = classOf(className);
  return fromConfig(constructor, { ...config }) as layers.Layer;
}

/** What `makeLayer` makes the layer of again. */
export function layerJson(layer: layers.Layer): LayerJson {
  return { className: layer.getClassName(), config: layer.getConfig() };
}

function classOf(className: string) {
  const found = tf.serialization.SerializationMap.getMap().classNameMap[className];
  if (found !== undefined) return found;
  throw new LowbitError({
    code: 'layer-unsupported',
    where: `layer class '${className}'`,
    expected: 'a class that is registered with TensorFlow.js',
    remedy: 'Register it with tf.serialization.registerClass before the model is loaded.',
  });
}
