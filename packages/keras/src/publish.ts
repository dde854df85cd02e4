import type { KerasCall, KerasLayer, KerasNetwork } from './model.js';
import type { LayerDraft, NetworkDraft } from './topology/layer-draft.js';

/** A finished network as plain objects; a layer that is called several times is one object. */
export function publish(draft: NetworkDraft): KerasNetwork {
  const layers = new Map(draft.layers.map((layer) => [layer, published(layer)]));
  const calls = draft.calls.map(({ layer, index, args, kwargs, inputShapes, outputShapes }): KerasCall => ({
    layer: layers.get(layer)!,
    index,
    args,
    kwargs,
    inputShapes,
    outputShapes,
  }));
  return { ...draft, layers: [...layers.values()], calls };
}

function published(draft: LayerDraft): KerasLayer {
  const { id, name, className, config, trainable, weights, network, parts } = draft;
  const own = Object.entries(parts).map(([key, part]) => [key, published(part)] as const);
  return {
    id,
    name,
    className,
    config,
    trainable,
    weights,
    parts: Object.fromEntries(own),
    ...(draft.raw.isOperation && { isOperation: true }),
    ...(network && { network: publish(network) }),
  };
}
