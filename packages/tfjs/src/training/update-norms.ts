import type { Batch } from '@lowbit/core';
import * as tf from '@tensorflow/tfjs-core';
import type { layers, LayersModel } from '@tensorflow/tfjs-layers';
import { surveyModel } from '../model/survey.js';
import { batchInputs } from '../observe/batch-tensors.js';

/**
 * Estimates the statistics of every batch normalization anew, as the plain mean over the batches of each batch's moments,
 * with everything else as in inference (no dropout).
 */
export function updateNorms(model: LayersModel, batches: readonly Batch[]): void {
  const all = surveyModel(model).map(({ layer }) => layer);
  const norms = all.filter((layer) => layer.getClassName() === 'BatchNormalization') as Norm[];
  const quiet = all.filter((layer) => random.has(layer.getClassName()));
  if (norms.length === 0) return;
  const momenta = norms.map((norm) => norm.momentum);
  for (const layer of quiet)
    layer.call = (inputs) => (Array.isArray(inputs) ? (inputs[0] as tf.Tensor) : inputs);
  try {
    batches.forEach((batch, i) => {
      // The mean of the first i + 1 batches: i parts of what there is, one part of the new.
      for (const norm of norms) norm.momentum = i / (i + 1);
      tf.tidy(() => void model.apply(batchInputs(model, batch), { training: true }));
    });
  } finally {
    norms.forEach((norm, i) => (norm.momentum = momenta[i] as number));
    for (const layer of quiet) delete (layer as Partial<layers.Layer>).call;
  }
}

/** Layers that do nothing in inference. */
const random = new Set(['Dropout', 'SpatialDropout1D', 'GaussianDropout', 'AlphaDropout', 'GaussianNoise']);

type Norm = layers.Layer & { momentum: number };
