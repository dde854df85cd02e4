import type { KerasLayer, KerasModel, KerasNetwork, KerasWeight } from '@lowbit/keras';

/** The same model with other layers in the place of its own, those inside others included. */
export function mapLayers(model: KerasModel, change: (layer: KerasLayer) => KerasLayer): KerasModel {
  const changed = new Map<KerasLayer, KerasLayer>();
  const mapLayer = (layer: KerasLayer): KerasLayer => {
    const known = changed.get(layer);
    if (known !== undefined) return known;
    const parts = Object.entries(layer.parts).map(([name, part]) => [name, mapLayer(part)] as const);
    const inner = layer.network === undefined ? {} : { network: mapNetwork(layer.network) };
    const result = change({ ...layer, ...inner, parts: Object.fromEntries(parts) });
    changed.set(layer, result);
    return result;
  };
  const mapNetwork = (network: KerasNetwork): KerasNetwork => ({
    ...network,
    layers: network.layers.map(mapLayer),
    calls: network.calls.map((call) => ({ ...call, layer: mapLayer(call.layer) })),
  });
  return { ...model, network: mapNetwork(model.network) };
}

/** The same model with other values of some weights. */
export function mapWeights(model: KerasModel, change: (weight: KerasWeight) => KerasWeight): KerasModel {
  return mapLayers(model, (layer) => ({ ...layer, weights: layer.weights.map(change) }));
}

/** All layers of a model, each once, those inside others included. */
export function allLayers({ layers }: KerasNetwork): readonly KerasLayer[] {
  return [...new Set(layers.flatMap(withInner))];
}

function withInner(layer: KerasLayer): readonly KerasLayer[] {
  const inner = layer.network === undefined ? [] : allLayers(layer.network);
  return [layer, ...inner, ...Object.values(layer.parts).flatMap(withInner)];
}
