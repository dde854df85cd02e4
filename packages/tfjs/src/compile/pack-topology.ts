import type { layers, LayersModel } from '@tensorflow/tfjs-layers';
import { type LayerJson, topologyOf } from '../model/topology.js';
import type { KeyedCompute } from './pack-layers.js';
import { packedLayerClass, passingLayerClass } from './packed-layer.js';
import type { PackedParts, PlannedLayer } from './plan-layers.js';

/** The topology with stand-ins for packed layers, and layers that do nothing for those that are in them; all names stay. */
export function packTopology(
  model: LayersModel,
  planned: readonly PlannedLayer[],
  packed: ReadonlyMap<layers.Layer, KeyedCompute>,
): LayerJson {
  const json = topologyOf(model);
  const taken = new Set(
    planned.flatMap(({ outcome }) => (typeof outcome === 'string' ? [] : takenBy(outcome))),
  );
  const stands = (one: LayerJson, at: number) => {
    const layer = model.layers[at]!;
    if (taken.has(layer)) return withClass(one, passingLayerClass);
    const compute = packed.get(layer);
    return compute === undefined ? one : withClass(one, packedLayerClass, { key: compute.key });
  };
  return { ...json, config: { ...json.config, layers: json.config.layers!.map(stands) } };
}

function takenBy({ norm, rectifier, border }: PackedParts): layers.Layer[] {
  return [norm, rectifier?.layer, border?.layer].filter((layer) => layer !== undefined);
}

function withClass(json: LayerJson, className: string, config: object = {}): LayerJson {
  const kept = ['name', 'trainable', 'batch_input_shape', 'dtype'].filter((name) => name in json.config);
  const own = Object.fromEntries(kept.map((name) => [name, json.config[name]]));
  return { ...json, class_name: className, config: { ...own, ...config } as LayerJson['config'] };
}
