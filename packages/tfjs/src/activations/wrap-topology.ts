import type { FittedSite } from '@lowbit/core/adapter';
import { siteId, storeSite } from '@lowbit/tfjs-format';
import type { layers, LayersModel } from '@tensorflow/tfjs-layers';
import { surveyModel } from '../model/survey.js';
import { innerLayers } from '../model/inner-layers.js';
import type { LayerJson } from '../model/topology.js';
import { quantizedInputClass } from './quantized-input-layer.js';

/**
 * Puts a quantized input around each layer of a topology that has a site, also where `TimeDistributed` holds it; one that is there
 * already gets the new site. Names, connections and input shapes stay; nothing happens without sites.
 */
export function wrapTopology(
  json: LayerJson,
  model: LayersModel,
  sites: ReadonlyMap<string, FittedSite>,
): LayerJson {
  const byLayer = new Map(surveyModel(model).map(({ id, layer }) => [layer, sites.get(siteId(id))]));
  return wrap(json, model, byLayer);
}

function wrap(
  json: LayerJson,
  layer: layers.Layer,
  sites: ReadonlyMap<layers.Layer, FittedSite | undefined>,
): LayerJson {
  const site = sites.get(layer);
  if (site !== undefined) return wrapped(json, site);
  const originals = innerLayers(layer);
  const inner = (one: LayerJson, i: number) => wrap(one, originals[i] as layers.Layer, sites);
  const { config } = json;
  if (config.layers !== undefined)
    return { ...json, config: { ...config, layers: config.layers.map(inner) } };
  if (config.layer === undefined) return json;
  const held = inner(config.layer, 0);
  // Quantized once, by the new site: the old one goes.
  const isTwice = json.class_name === quantizedInputClass && held.class_name === quantizedInputClass;
  return { ...json, config: isTwice ? { ...config, ...held.config } : { ...config, layer: held } };
}

function wrapped(json: LayerJson, site: FittedSite): LayerJson {
  const { config } = json;
  const kept = ['name', 'trainable', 'batch_input_shape', 'dtype'].filter((key) => key in config);
  const own = Object.fromEntries(kept.map((key) => [key, config[key]]));
  const layer = { class_name: json.class_name, config };
  return {
    ...json,
    class_name: quantizedInputClass,
    config: { ...own, site: storeSite(site), layer } as LayerJson['config'],
  };
}
