import { checkArgument } from '@lowbit/core/adapter';
import type { KerasModel } from '@lowbit/keras';
import type * as tf from '@tensorflow/tfjs-core';
import type * as tfLayers from '@tensorflow/tfjs-layers';

import { load } from '../io/load-model.js';

/**
 * A model that `readKeras` of `@lowbit/keras` read, as a `tf.LayersModel` that computes the same. One that was quantized is saved
 * packed again. Weights are read one after the other; the model of Keras can be closed afterwards.
 *
 * @throws LowbitError `invalid-argument` for what is no such model, `layer-unsupported` with every layer that TensorFlow.js does not
 *   have, or would compute otherwise; as reading its weights.
 * @example
 * const model = await toLayersModel(await readKeras(file));
 * model.predict(inputs);
 */
export async function toLayersModel(model: KerasModel): Promise<tfLayers.LayersModel> {
  const { network, weights } = Object(model) as Partial<KerasModel>;
  checkArgument(network !== undefined && weights !== undefined, model, {
    where: 'toLayersModel(model)',
    expected: 'a model that readKeras of @lowbit/keras gave',
    remedy: 'Read the file first: toLayersModel(await readKeras(file)).',
  });
  // Who quantizes models of TensorFlow.js alone does not load what files of Keras need.
  const { tfjsArtifacts } = await import('@lowbit/keras');
  const artifacts: object = await tfjsArtifacts(model);
  return load({ load: async () => artifacts as tf.io.ModelArtifacts });
}
