import type { KerasLayer, KerasModel, KerasNetwork } from '../model.js';
import { partOf } from '../quantized-input.js';

/** Names under which layers are written. */
export type LayerNames = ReadonlyMap<KerasLayer, string>;

/**
 * Names that are each used once in the whole model, which TensorFlow.js wants of weights: the layers' own, and for layers of several models that
 * are called the same, with the names of the models in front. Layers of the outermost model always keep theirs; one behind a quantized input has
 * that one's name.
 */
export function layerNames({ network }: KerasModel): LayerNames {
  const inside = network.layers.flatMap((layer) => withInner(layer).slice(1));
  const layers = [...network.layers, ...inside];
  const used = new Map<string, number>();
  for (const { name } of layers) used.set(name, (used.get(name) ?? 0) + 1);
  const taken = new Set<string>();
  const names = new Map<KerasLayer, string>();
  for (const layer of layers) {
    const wanted = used.get(layer.name) === 1 ? layer.name : layer.id.replaceAll('/', '_');
    let name = wanted;
    for (let i = 1; taken.has(name); i++) name = `${wanted}_${i}`;
    taken.add(name);
    names.set(layer, name).set(partOf(layer), name);
  }
  return names;
}

function allLayers({ layers }: KerasNetwork): readonly KerasLayer[] {
  return layers.flatMap(withInner);
}

/** A layer and those in it, of which one behind a quantized input is none of its own. */
function withInner(layer: KerasLayer): readonly KerasLayer[] {
  const { network, parts } = partOf(layer);
  return [layer, ...(network ? allLayers(network) : []), ...Object.values(parts).flatMap(withInner)];
}
