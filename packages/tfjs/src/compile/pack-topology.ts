import type { layers, LayersModel } from '@tensorflow/tfjs-layers';
import { type LayerJson, topologyOf } from '../model/topology.js';
import type { Chain, PackedPlan } from './chains.js';
import type { KeyedCompute } from './pack-layers.js';
import { packedLayerClass, passingLayerClass } from './packed-layer.js';

/** The topology with stand-ins for chains, and layers that do nothing for everything that is in them; all names stay. */
export function packTopology(
  model: LayersModel,
  chains: readonly Chain[],
  packed: ReadonlyMap<layers.Layer, KeyedCompute>,
): LayerJson {
  const json = topologyOf(model);
  const taken = new Set(chains.flat().flatMap(takenBy));
  const stands = (one: LayerJson, at: number) => {
    const layer = model.layers[at]!;
    const compute = packed.get(layer);
    if (compute !== undefined) return withClass(one, packedLayerClass, { key: compute.key });
    return taken.has(layer) ? withClass(one, passingLayerClass) : one;
  };
  return { ...json, config: { ...json.config, layers: json.config.layers!.map(stands) } };
}

function takenBy({ outer, outcome: { norm, rectifier, border } }: PackedPlan): layers.Layer[] {
  return [outer, norm, rectifier?.layer, border?.layer].filter((layer) => layer !== undefined);
}

function withClass(json: LayerJson, className: string, config: object = {}): LayerJson {
  const kept = ['name', 'trainable', 'batch_input_shape', 'dtype'].filter((name) => name in json.config);
  const own = Object.fromEntries(kept.map((name) => [name, json.config[name]]));
  return { ...json, class_name: className, config: { ...own, ...config } as LayerJson['config'] };
}
