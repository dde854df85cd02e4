import * as tf from '@tensorflow/tfjs-core';

import { activationClasses } from './activation-functions.js';
import { activationLayers } from './activation-layers.js';
import { BatchNormalization } from './batch-normalization.js';
import { EinsumDense } from './einsum-dense.js';
import { Subtract } from './merge-layers.js';
import { normalizationLayers } from './normalization-layers.js';

/**
 * Makes TensorFlow.js able to load layers of Keras that it lacks: classes whose names begin with `Lowbit`, and activations whose names begin
 * with `lowbit`. `load` and `toLayersModel` do so themselves.
 *
 * @example
 * registerLayers();
 * const model = await tf.loadLayersModel('https://example.org/model/model.json');
 */
export function registerLayers(): void {
  for (const activation of activationClasses) tf.serialization.registerClass(activation);
  for (const layer of [...activationLayers, ...normalizationLayers]) tf.serialization.registerClass(layer);
  for (const layer of [BatchNormalization, EinsumDense, Subtract]) tf.serialization.registerClass(layer);
}
