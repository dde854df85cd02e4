import type { LayerDescriptor } from '@lowbit/core';
import {
  checkedWriter,
  checkOptions,
  checkPortOptions,
  optionTypes,
  type OptionTypes,
  type TrainablePort,
} from '@lowbit/core/adapter';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import { features } from './observe/features.js';
import { captureLayers, layersWeights, observeLayers } from './observe/inputs/observe-layers.js';
import { observe } from './observe/observe.js';
import { runModel } from './observe/run.js';
import { modelWriter } from './apply/model-writer.js';
import { withBrokenWeights } from './describe/broken-weights.js';
import { describeLayer } from './describe/describe-layer.js';
import { storageCost } from './form/storage-cost.js';
import {
  checkedForm,
  portFormOf,
  storageFormOf,
  wantingForm,
  type StorageForm,
} from './form/storage-form.js';
import { knownValue, wrongSource } from './model/wrong-source.js';
import { checkClasses } from './model/check-classes.js';
import { describeFolded } from './fold/describe-folded.js';
import { findFolds, noFolding, type FoldingOf } from './fold/find-folds.js';
import { keptReasons, quantizedBefore } from './io/quantized-before.js';
import { surveyModel } from './model/survey.js';
import { trainingSide } from './training/training-side.js';
import { mendWasmKernels } from './wasm-kernels/mend-wasm-kernels.js';

/** A TensorFlow.js model that can be quantized, observed and trained. */
export type TfjsPort = TrainablePort<LayersModel> &
  Required<
    Pick<
      TrainablePort<LayersModel>,
      | 'cost'
      | 'observe'
      | 'observeInputs'
      | 'captureInputs'
      | 'features'
      | 'run'
      | 'loss'
      | 'updateNormalization'
    >
  >;

/** A TensorFlow.js model that can be quantized and observed; its batch normalization goes into the layers before it. */
export type FoldingPort = Required<
  Pick<
    TfjsPort,
    'name' | 'supports' | 'form' | 'layers' | 'cost' | 'observe' | 'observeInputs' | 'features' | 'write'
  >
> &
  Pick<TfjsPort, 'inForm'>;

export interface TfjsOptions extends StorageForm {
  /**
   * Whether each BatchNormalization after a convolution or Dense goes into that layer's kernel and bias before anything is
   * quantized, as in inference: the result computes the same to float rounding, with fewer weights and steps. A linear activation
   * that does nothing keeps the normalization's name and place. The report lists those that cannot be folded, with the reason.
   * Default false.
   */
  readonly foldBatchNorm?: boolean;
}

const types: OptionTypes<TfjsOptions> = {
  format: optionTypes.any,
  plain: optionTypes.any,
  foldBatchNorm: optionTypes.flag,
};

/**
 * The port of a live TensorFlow.js model, `tf.LayersModel` or `tf.Sequential`, on any backend.
 *
 * Nothing is computed until the port is used, and the model is never changed: the result is a new model with
 * the same topology, which the caller disposes. A layer that two models share inside the given one is copied
 * once for each, as when a model is saved and loaded.
 *
 * Throws `invalid-argument` when `model` is not a layers model. `layers` and writing throw `layer-unsupported`
 * when the model has a layer class that is not registered with TensorFlow.js.
 */
export function tfjs(
  model: LayersModel,
  options?: TfjsOptions & { readonly foldBatchNorm?: false },
): TfjsPort;
/** The same for a port that may fold, which cannot train. */
export function tfjs(model: LayersModel, options: TfjsOptions): FoldingPort;
export function tfjs(model: LayersModel, options: TfjsOptions = {}): TfjsPort | FoldingPort {
  checkModel(model);
  checkOptions(options, types, 'tfjs');
  mendWasmKernels();
  const form = checkedForm(options, 'tfjs');
  const folds = options.foldBatchNorm === true;
  const port = inferencePort(model, folds ? (before) => findFolds(model, before) : () => noFolding, form);
  const inForm: TfjsPort['inForm'] = (stored) => tfjs(model, { ...options, ...storageFormOf(stored, form) });
  return folds
    ? { ...port, inForm, whyOnce: () => 'what is run is the model before its batch normalization is folded' }
    : {
        ...port,
        ...trainingSide(model),
        captureInputs: async (batches, settings) => {
          const weights = layersWeights(model);
          checkPortOptions(
            'captureInputs',
            settings,
            weights.map(({ id }) => id),
          );
          return captureLayers(model, weights, batches, settings);
        },
        run: (batches, settings) => runModel(model, batches, settings),
        inForm,
      };
}

function inferencePort(model: LayersModel, folding: FoldingOf, form: StorageForm): FoldingPort {
  return {
    name: 'tfjs',
    form: portFormOf(form),
    supports: {
      parameterStorage: ['float32', 'float16', 'two-level'],
      activations: true,
    },
    layers: async () => {
      checkClasses(model);
      const before = keptReasons(model, await quantizedBefore(model), form);
      const found = folding(before);
      const layers: LayerDescriptor[] = [];
      for (const [depth, entry] of surveyModel(model).entries()) {
        const described = describeFolded(describeLayer(entry, depth, before), entry.layer, found);
        layers.push(wantingForm(await withBrokenWeights(described, entry), form));
      }
      return layers;
    },
    cost: (weight, entry) => storageCost(weight, entry, form),
    observe: (batches, options) => observe(model, batches, options),
    observeInputs: async (batches, options) => {
      const weights = layersWeights(model);
      checkPortOptions(
        'observeInputs',
        options,
        weights.map(({ id }) => id),
      );
      return observeLayers(model, weights, batches, options);
    },
    features: (batches, options) => features(model, batches, options),
    write: (outcome) => checkedWriter(outcome, () => modelWriter(model, outcome, folding, form)),
  };
}

function checkModel(model: unknown): void {
  if (knownValue(model) === 'a layers model') return;
  const remedy = 'Load the model with tf.loadLayersModel; a graph model goes into graphModel().';
  throw wrongSource(model, 'tfjs(model)', 'a tf.LayersModel or tf.Sequential', remedy);
}
