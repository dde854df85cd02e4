import type { KerasLayer, KerasModel, KerasNetwork } from '../model.js';
import { partOf } from '../quantized-input.js';

/** Names under which layers are written. */
export type LayerNames = ReadonlyMap<KerasLayer, string>;

/**
 * A name as TensorFlow.js takes names of tensors: letters without accents, digits, `-`, `_`, `.` and `/`, a letter or digit first. It keeps layers as
 * members of an object by their names too, so that none may be that of a member which every object has.
 */
export function safeName(name: string): string {
  const safe = name.replace(/[^-\w./]/g, '_');
  return /^[A-Za-z0-9]/.test(safe) && !(safe in Object.prototype) ? safe : `layer_${safe}`;
}

/**
 * Names that are each used once in the whole model, which TensorFlow.js wants of weights: the layers' own, and for layers of several models that
 * are called the same, with the names of the models in front. Layers of the outermost model keep theirs where these are safe; one behind a
 * quantized input has that one's name.
 */
export function layerNames({ network }: Pick<KerasModel, 'network'>): LayerNames {
  const inside = network.layers.flatMap((layer) => withInner(layer).slice(1));
  const layers = [...network.layers, ...inside];
  const used = new Map<string, number>();
  for (const { name } of layers) used.set(name, (used.get(name) ?? 0) + 1);
  const taken = new Set<string>();
  const names = new Map<KerasLayer, string>();
  // A name that has to change gives way to those that stay.
  const changes = (layer: KerasLayer) => safeName(layer.name) !== layer.name;
  for (const layer of [...layers.filter((each) => !changes(each)), ...layers.filter(changes)]) {
    const wanted = safeName(used.get(layer.name) === 1 ? layer.name : layer.id.replaceAll('/', '_'));
    let name = wanted;
    for (let i = 1; taken.has(name); i++) name = `${wanted}_${i}`;
    taken.add(name);
    names.set(layer, name).set(partOf(layer), name);
  }
  return names;
}

/** Names under which layers are written whose own TensorFlow.js does not take, by their ids. */
export function renamedLayers(model: KerasModel): ReadonlyMap<string, string> {
  const changed = [...layerNames(model)].filter(([{ name }]) => safeName(name) !== name);
  return new Map(changed.map(([{ id }, name]) => [id, name]));
}

function allLayers({ layers }: KerasNetwork): readonly KerasLayer[] {
  return layers.flatMap(withInner);
}

/** A layer and those in it, of which one behind a quantized input is none of its own. */
function withInner(layer: KerasLayer): readonly KerasLayer[] {
  const { network, parts } = partOf(layer);
  return [layer, ...(network ? allLayers(network) : []), ...Object.values(parts).flatMap(withInner)];
}
