import type { PackedTensor } from '@lowbit/core';
import { checkOptions, optionTypes, type OptionTypes } from '@lowbit/core/adapter';
import { artifactWeights, type WeightSpec } from '@lowbit/tfjs-format';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import { buildModel } from './build-model.js';
import { keepPacked } from './keep-packed.js';
import { loadArtifacts, nameOf, type ModelSource } from './load-artifacts.js';
import { expandWeights } from './weight-data.js';

export interface LoadOptions {
  /** Share of the weight files that have arrived, 0 … 1. */
  readonly onProgress?: (share: number) => void;
  /**
   * `float` (default): quantized weights become floats once, at load. `packed`: they stay packed in memory, and a layer's are
   * expanded each time that it computes; such a model cannot be trained.
   */
  readonly weights?: 'float' | 'packed';
}

export const loadTypes: OptionTypes<LoadOptions> = {
  onProgress: optionTypes.callback,
  weights: { expected: 'float or packed', fits: (value) => value === 'float' || value === 'packed' },
};

/** A model, and the packed weights that it was loaded from, by the names in its file. */
export interface Loaded {
  readonly model: LayersModel;
  readonly packed: ReadonlyMap<string, PackedTensor>;
  /** How its weights are stored in the file. */
  readonly specs: readonly WeightSpec[];
}

/** Loads a model that lowbit packed, or any other; see `load`. */
export async function loadPacked(source: ModelSource, options: LoadOptions = {}): Promise<Loaded> {
  checkOptions(options, loadTypes, 'load');
  const { onProgress, weights = 'float' } = options;
  const artifacts = await loadArtifacts(source, onProgress);
  const where = nameOf(source);
  const { packed, ...expanded } = expandWeights(artifacts, where);
  const model = await buildModel({ ...artifacts, ...expanded }, where);
  if (weights === 'packed') keepPacked(model, packed);
  const specs = artifactWeights(artifacts, where).map(({ spec }) => spec);
  return { model, packed, specs };
}

/**
 * Loads a layers model that lowbit saved in packed form; models that TensorFlow.js saved load too. The result is an ordinary
 * LayersModel.
 *
 * @throws LowbitError `file-missing`, `model-malformed`, `model-truncated`, `packed-data`, `layer-unsupported` for a class that is not
 *   registered; what the handler throws.
 * @example
 * const model = await load('https://example.org/model/model.json');
 */
export async function load(source: ModelSource, options: LoadOptions = {}): Promise<LayersModel> {
  return (await loadPacked(source, options)).model;
}
