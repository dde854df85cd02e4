import * as tf from '@tensorflow/tfjs-core';

import { activationClasses } from './activation-functions.js';
import { activationLayers } from './activation-layers.js';
import { attentionLayers } from './attention-layers.js';
import { BatchNormalization } from './batch-normalization.js';
import { borderLayers } from './border-layers.js';
import { convolutionLayers } from './convolution-layers.js';
import { depthwiseLayers } from './depthwise-layers.js';
import { globalPoolingLayers } from './global-pooling-layers.js';
import { resizingLayers } from './resizing-layers.js';
import { transposedLayers } from './transposed-layers.js';
import { registerVolumeGradient } from './volume-gradient.js';
import { Bidirectional } from './bidirectional.js';
import { Dot } from './dot-layer.js';
import { EinsumDense } from './einsum-dense.js';
import { GRUCell } from './gru-cell.js';
import { Mask, MaskedAverage } from './mask-layers.js';
import { Divide, MaskedMaximum, MaskedMinimum, MaskedMultiply, Subtract } from './merge-layers.js';
import { MultiHeadAttention } from './multi-head-attention.js';
import { normalizationLayers } from './normalization-layers.js';
import { recurrentLayers } from './recurrent-layers.js';
import { tensorFunctions } from './tensor-functions.js';
import { mendWasmKernels } from '../wasm-kernels/mend-wasm-kernels.js';
import { tensorOperations } from './tensor-operations.js';

/** Layers of any places: over features, sequences and masks. */
const sequenceLayers = [
  ...[...activationLayers, ...attentionLayers, ...normalizationLayers],
  ...[BatchNormalization, Bidirectional, Dot, EinsumDense, GRUCell, Mask, MaskedAverage],
  ...[MaskedMultiply, MaskedMaximum, MaskedMinimum, MultiHeadAttention, Subtract, Divide, ...tensorFunctions],
  ...tensorOperations,
];

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
  for (const layer of sequenceLayers) tf.serialization.registerClass(layer);
  for (const layer of [...recurrentLayers, ...spatialLayers]) tf.serialization.registerClass(layer);
  registerVolumeGradient();
  mendWasmKernels();
}
