import type { KerasLayer, KerasModel, KerasNetwork } from '../model.js';

/** Names under which layers are written. */
export type LayerNames = ReadonlyMap<KerasLayer, string>;

/**
 * Names that are each used once in the whole model, which TensorFlow.js wants of weights: the layers' own, and for layers of several models that
 * are called the same, with the names of the models in front.
 */
export function layerNames({ network }: KerasModel): LayerNames {
  const layers = allLayers(network);
  const used = new Map<string, number>();
  for (const { name } of layers) used.set(name, (used.get(name) ?? 0) + 1);
  const taken = new Set<string>();
  return new Map(
    layers.map((layer) => {
      const wanted = used.get(layer.name) === 1 ? layer.name : layer.id.replaceAll('/', '_');
      let name = wanted;
      for (let i = 1; taken.has(name); i++) name = `${wanted}_${i}`;
      taken.add(name);
      return [layer, name];
    }),
  );
}

function allLayers({ layers }: KerasNetwork): readonly KerasLayer[] {
  return layers.flatMap(withInner);
}

function withInner(layer: KerasLayer): readonly KerasLayer[] {
  return [
    layer,
    ...(layer.network ? allLayers(layer.network) : []),
    ...Object.values(layer.parts).flatMap(withInner),
  ];
}
