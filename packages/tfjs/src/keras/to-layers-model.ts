import type { Registry } from '@lowbit/core';
import { checkArgument, checkOptions, defined, optionTypes, type OptionTypes } from '@lowbit/core/adapter';
import type { KerasModel, ReadingOptions } from '@lowbit/keras';
import type * as tf from '@tensorflow/tfjs-core';
import type * as tfLayers from '@tensorflow/tfjs-layers';

import { load, registryType } from '../io/load-model.js';

/** How a model of Keras becomes one that runs. */
export interface ToLayersOptions extends ReadingOptions {
  /** Where the quantizers of activations are looked up, for models that have some. */
  readonly registry?: Registry;
}

const types: OptionTypes<ToLayersOptions> = {
  registry: registryType,
  signal: optionTypes.signal,
  onProgress: optionTypes.callback,
};

/**
 * A model that `readKeras` of `@lowbit/keras` read, as a `tf.LayersModel` that computes the same. One that was quantized is saved
 * packed again. Weights are read one after the other; the model of Keras can be closed afterwards.
 *
 * @throws LowbitError `invalid-argument` for what is no such model, `layer-unsupported` with every layer that TensorFlow.js does not
 *   have, or would compute otherwise; `unknown-plugin` for a quantizer of activations that the registry lacks; as reading its weights.
 * @example
 * const model = await toLayersModel(await readKeras(file));
 * model.predict(inputs);
 */
export async function toLayersModel(
  model: KerasModel,
  options: ToLayersOptions = {},
): Promise<tfLayers.LayersModel> {
  checkOptions(options, types, 'toLayersModel');
  const { registry, signal, onProgress } = options;
  const { network, weights } = Object(model) as Partial<KerasModel>;
  checkArgument(network !== undefined && weights !== undefined, model, {
    where: 'toLayersModel(model)',
    expected: 'a model that readKeras of @lowbit/keras gave',
    remedy: 'Read the file first: toLayersModel(await readKeras(file)).',
  });
  // Who quantizes models of TensorFlow.js alone does not load what files of Keras need.
  const { tfjsArtifacts } = await import('@lowbit/keras');
  const artifacts: object = await tfjsArtifacts(model, { signal, onProgress });
  return load({ load: async () => artifacts as tf.io.ModelArtifacts }, defined({ registry }));
}
