import type { KerasCall, KerasLayer, KerasNetwork } from '../model.js';
import { quantizedInputClass } from '../quantized-input.js';

/** A layer that has no others inside. */
export interface Leaf {
  readonly layer: KerasLayer;
  /** Where it is first called. Undefined for one inside a wrapper, and for one that nothing calls. */
  readonly called?: Called | undefined;
}

/** A call and the network that makes it. */
export interface Called {
  readonly network: KerasNetwork;
  readonly call: KerasCall;
  /** Id of the layer that the network is, with a slash behind it; empty for the whole model. */
  readonly path: string;
}

/** Layers that have no others inside, each once, in the order in which they are called. */
export function leavesOf(network: KerasNetwork, path = ''): readonly Leaf[] {
  const found = new Map<KerasLayer, Leaf>();
  for (const layer of inOrder(network)) {
    const call = network.calls.find((each) => each.layer === layer);
    for (const leaf of leavesIn(layer, call && { network, call, path }))
      if (!found.has(leaf.layer)) found.set(leaf.layer, leaf);
  }
  return [...found.values()];
}

function inOrder({ layers, calls }: KerasNetwork): ReadonlySet<KerasLayer> {
  const inputs = layers.filter(({ className }) => className === 'InputLayer');
  return new Set([...inputs, ...calls.map(({ layer }) => layer), ...layers]);
}

function leavesIn(layer: KerasLayer, called?: Called): readonly Leaf[] {
  if (layer.network !== undefined) return leavesOf(layer.network, `${layer.id}/`);
  const parts = Object.values(layer.parts);
  if (parts.length === 0) return [{ layer, called }];
  return parts.flatMap((part) =>
    leavesIn(part, layer.className === quantizedInputClass ? called : undefined),
  );
}
