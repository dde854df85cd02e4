import * as tf from '@tensorflow/tfjs-core';

import { activationClasses } from './activation-functions.js';
import { activationLayers } from './activation-layers.js';
import { BatchNormalization } from './batch-normalization.js';
import { borderLayers } from './border-layers.js';
import { convolutionLayers } from './convolution-layers.js';
import { depthwiseLayers } from './depthwise-layers.js';
import { EinsumDense } from './einsum-dense.js';
import { globalPoolingLayers } from './global-pooling-layers.js';
import { Subtract } from './merge-layers.js';
import { normalizationLayers } from './normalization-layers.js';
import { resizingLayers } from './resizing-layers.js';
import { transposedLayers } from './transposed-layers.js';
import { registerVolumeGradient } from './volume-gradient.js';

/** Layers whose places are those of sequences, pictures and volumes. */
const spatialLayers = [
  ...[...convolutionLayers, ...transposedLayers, ...depthwiseLayers],
  ...[...globalPoolingLayers, ...borderLayers, ...resizingLayers],
];

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
  for (const layer of spatialLayers) tf.serialization.registerClass(layer);
  registerVolumeGradient();
}
