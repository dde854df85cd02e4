import { LowbitError, type TrainablePort } from '@lowbit/core';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import { features } from './activations/features.js';
import { observe } from './activations/observe.js';
import { applyOutcome } from './apply/apply-outcome.js';
import { describeLayer } from './describe/describe-layer.js';
import { checkClasses } from './model/check-classes.js';
import { surveyModel } from './model/survey.js';
import { trainingSide } from './training/training-side.js';

/** A TensorFlow.js model that can be quantized, observed and trained. */
export type TfjsPort = TrainablePort<LayersModel> &
  Required<Pick<TrainablePort<LayersModel>, 'observe' | 'features' | 'loss' | 'settle'>>;

/**
 * The port of a live TensorFlow.js model, `tf.LayersModel` or `tf.Sequential`, on any backend.
 *
 * Nothing is computed until the port is used, and the model is never changed: the result is a new model with
 * the same topology, which the caller disposes. A layer that two models share inside the given one is copied
 * once for each, as when a model is saved and loaded.
 *
 * Throws `invalid-argument` when `model` is not a layers model. `layers` and `apply` throw `layer-unsupported`
 * when the model has a layer class that is not registered with TensorFlow.js.
 */
export function tfjs(model: LayersModel): TfjsPort {
  checkModel(model);
  return {
    name: 'tfjs',
    supports: {
      schemes: ['affine', 'codebook', 'residual'],
      parameterStorage: ['float32', 'float16', 'two-level'],
      activations: true,
    },
    layers: () => {
      checkClasses(model);
      return surveyModel(model).map(describeLayer);
    },
    observe: (batches, options) => observe(model, batches, options),
    features: (batches, options) => features(model, batches, options),
    apply: (outcome) => applyOutcome(model, outcome),
    ...trainingSide(model),
  };
}

function checkModel(model: Partial<LayersModel> | null | undefined): void {
  if (Array.isArray(model?.layers) && typeof model.toJSON === 'function') return;
  throw new LowbitError({
    code: 'invalid-argument',
    where: 'tfjs(model)',
    expected: 'a tf.LayersModel or tf.Sequential',
    received: model === null ? 'null' : ((model as object | undefined)?.constructor.name ?? typeof model),
    remedy: 'Load the model with tf.loadLayersModel; a GraphModel has no layers.',
  });
}
