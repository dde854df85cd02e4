import type { layers } from '@tensorflow/tfjs-layers';
import { innerLayers } from '../model/inner-layers.js';
import type { LayerJson } from '../model/topology.js';
import type { Folding } from './find-folds.js';

/**
 * Rewrites a topology: layers that take a normalization in have a bias, and in place of the normalization stands a linear
 * activation of the same name, which does nothing. So every name, connection and order stays as it was, and outputs can still be
 * taken there.
 */
export function foldTopology(json: LayerJson, layer: layers.Layer, folding: Folding): LayerJson {
  const { config } = json;
  if (folding.norms.has(layer)) return linear(json);
  if (folding.folds.has(layer)) return { ...json, config: { ...config, use_bias: true } };
  const originals = innerLayers(layer);
  const inner = (one: LayerJson, i: number) => foldTopology(one, originals[i] as layers.Layer, folding);
  if (config.layers !== undefined)
    return { ...json, config: { ...config, layers: config.layers.map(inner) } };
  if (config.layer !== undefined) return { ...json, config: { ...config, layer: inner(config.layer, 0) } };
  return json;
}

/** A linear activation of the same name, which does nothing. */
function linear(json: LayerJson): LayerJson {
  const kept = ['name', 'trainable', 'batch_input_shape', 'dtype'].filter((key) => key in json.config);
  const own = Object.fromEntries(kept.map((key) => [key, json.config[key]]));
  return {
    ...json,
    class_name: 'Activation',
    config: { ...own, activation: 'linear' } as LayerJson['config'],
  };
}
