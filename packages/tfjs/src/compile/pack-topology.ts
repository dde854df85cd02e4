import type { layers, LayersModel } from '@tensorflow/tfjs-layers';
import { linear } from '../fold/fold-topology.js';
import { type LayerJson, topologyOf } from '../model/topology.js';
import type { KeyedCompute } from './pack-layers.js';
import { packedLayerClass } from './packed-layer.js';
import type { PackedParts, PlannedLayer } from './plan-layers.js';

/** The topology with stand-ins for packed layers, and linear activations for the layers that are in them; all names stay. */
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
    if (taken.has(layer)) return linear(one);
    const compute = packed.get(layer);
    return compute === undefined ? one : standIn(one, compute.key);
  };
  return { ...json, config: { ...json.config, layers: json.config.layers!.map(stands) } };
}

function takenBy({ norm, rectifier }: PackedParts): layers.Layer[] {
  return [norm, rectifier?.layer].filter((layer) => layer !== undefined);
}

function standIn(json: LayerJson, key: string): LayerJson {
  const kept = ['name', 'trainable', 'batch_input_shape', 'dtype'].filter((name) => name in json.config);
  const own = Object.fromEntries(kept.map((name) => [name, json.config[name]]));
  return { ...json, class_name: packedLayerClass, config: { ...own, key } as LayerJson['config'] };
}
