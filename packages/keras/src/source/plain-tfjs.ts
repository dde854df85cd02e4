import type { JsonObject, JsonValue } from '../model.js';
import { isObject } from '../topology/raw-layer.js';

/** Whether TensorFlow.js itself wrote a topology, from a live model: then its layers mean what TensorFlow.js computes. */
export function isOfTfjs(topology: JsonValue): boolean {
  return versionOf(topology)?.startsWith('tfjs-layers') === true;
}

/** Whether the converter in Python wrote a topology: then it has the version of the Keras that it came from, and means what that computes. */
export function isConverted(topology: JsonValue): boolean {
  return versionOf(topology) !== undefined && !isOfTfjs(topology);
}

function versionOf(topology: JsonValue): string | undefined {
  const version = isObject(topology) ? topology['keras_version'] : undefined;
  return typeof version === 'string' ? version : undefined;
}

/** A layer that TensorFlow.js 4.22 computes otherwise than Keras, by its class, in settings under which the rest of lowbit computes the same. */
const meanings: Readonly<Record<string, (config: JsonObject) => JsonObject>> = {
  // Any axis below 0 is the last one.
  Concatenate: ({ axis, ...config }) => ({
    ...config,
    axis: typeof axis === 'number' && axis < 0 ? -1 : (axis ?? -1),
  }),
  // It is taken and left aside.
  DepthwiseConv2D: (config) => ({ ...config, dilation_rate: [1, 1] }),
  // Pixels lie at whole numbers, not half a step from the border.
  UpSampling2D: (config) =>
    config['interpolation'] === 'bilinear' ? { ...config, half_pixels: false } : config,
  // Over another axis than the last it depends on the backend, which the layer's class refuses once the rank is known.
  BatchNormalization: (config) => ((config['axis'] ?? -1) === -1 ? config : { ...config, broadcast: false }),
  // The step before is repeated where one does not count.
  Bidirectional: (config) => ({ ...config, zero_output_for_mask: false }),
};

/** A layer that TensorFlow.js wrote, with what it means there. */
export function plainMeaning(value: JsonObject): JsonObject {
  const { class_name: className, config } = value;
  if (typeof className !== 'string' || !isObject(config) || !Object.hasOwn(meanings, className)) return value;
  return { ...value, config: meanings[className]!(config) };
}
