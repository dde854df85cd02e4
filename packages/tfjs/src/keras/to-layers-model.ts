import type { KerasModel } from '@lowbit/keras';
import type * as tf from '@tensorflow/tfjs-core';
import type * as tfLayers from '@tensorflow/tfjs-layers';

import { buildModel } from '../load/build-model.js';

/**
 * A model that `readKeras` of `@lowbit/keras` read, as a `tf.LayersModel` that computes the same. Weights are read one after the other; the
 * model of Keras can be closed afterwards.
 *
 * @throws LowbitError `layer-unsupported` with every layer that TensorFlow.js does not have, or would compute otherwise; as reading its weights.
 */
export async function toLayersModel(model: KerasModel): Promise<tfLayers.LayersModel> {
  // Who quantizes models of TensorFlow.js alone does not load what files of Keras need.
  const { tfjsArtifacts } = await import('@lowbit/keras');
  const artifacts: object = await tfjsArtifacts(model);
  return buildModel(artifacts as tf.io.ModelArtifacts, model.name);
}
