import type { layers, LayersModel } from '@tensorflow/tfjs-layers';
import { findFolds, type Folding } from '../fold/find-folds.js';
import { innerLayers } from '../model/inner-layers.js';
import { surveyModel } from '../model/survey.js';
import type { LayerJson } from '../model/topology.js';
import { canHaveBias, layerBias } from './layer-bias.js';

type Layer = layers.Layer;

/** How layers take off what their weights add on average. Those that are not here do it by the bias that they have. */
export interface CorrectedLayers {
  /** By the layer: the batch normalization behind it, whose mean does it for layers without bias. */
  readonly norms: ReadonlyMap<Layer, Layer>;
  /** Those that are given a bias. */
  readonly made: ReadonlySet<Layer>;
}

/** @param ids Of the weights whose biases take off something. @param folding What is folded gets a bias by that. */
export function correctedLayers(
  model: LayersModel,
  ids: ReadonlySet<string>,
  folding: Folding,
): CorrectedLayers {
  const norms = new Map<Layer, Layer>();
  const made = new Set<Layer>();
  const behind = ids.size === 0 ? undefined : findFolds(model).folds;
  for (const { layer, variables } of surveyModel(model)) {
    if (folding.folds.has(layer)) continue;
    for (const { id, key } of variables) {
      const place = ids.has(id) ? layerBias(layer, key, canHaveBias(layer)) : '';
      if (typeof place === 'string' || !place.isNew) continue;
      const fold = behind?.get(layer);
      if (fold?.kernel.variable === key) norms.set(layer, fold.norm);
      else made.add(layer);
    }
  }
  return { norms, made };
}

/** The topology of a model in which layers have a bias. */
export function biasedTopology(json: LayerJson, layer: Layer, made: ReadonlySet<Layer>): LayerJson {
  const { config } = json;
  if (made.has(layer)) return { ...json, config: { ...config, use_bias: true } };
  if (config.layers === undefined) return json;
  const originals = innerLayers(layer);
  const inner = config.layers.map((one, i) => biasedTopology(one, originals[i] as Layer, made));
  return { ...json, config: { ...config, layers: inner } };
}
