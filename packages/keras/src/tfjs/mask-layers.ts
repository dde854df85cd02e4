import type { JsonObject, JsonValue, TensorReference } from '../model.js';
import type { Mask } from '../masks/mask-rules.js';
import type { MaskUse } from '../masks/network-masks.js';
import type { TensorCopies } from './nodes.js';

/** Layers of ours that make the masks which are inputs of others. */
export function maskLayers(
  uses: readonly MaskUse[],
  reference: (tensor: TensorReference) => readonly JsonValue[],
  copies: TensorCopies,
): readonly JsonObject[] {
  const needed = new Map<string, Mask>();
  const need = (mask: Mask) => {
    if (!mask.isLayer) needed.set(mask.name, mask);
    for (const source of mask.from) if ('from' in source) need(source);
  };
  for (const { kind, masks } of uses)
    if (kind === 'input') masks.forEach((mask) => mask !== undefined && need(mask));
  return [...needed.values()].map(({ name, config, from }) => {
    const inputs = from.map((source) => ('from' in source ? maskReference(source) : reference(source)));
    return { class_name: 'LowbitMask', config, name, inbound_nodes: [copies.distinct(inputs)] };
  });
}

/** What refers to a mask as a tensor. */
export function maskReference({ name }: Mask): readonly JsonValue[] {
  return [name, 0, 0];
}
