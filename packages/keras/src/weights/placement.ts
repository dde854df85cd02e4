import { defined } from '@lowbit/core/adapter';
import { mismatch } from '../errors.js';
import type { KerasWeight } from '../model.js';
import type { LayerDraft } from '../topology/layer-draft.js';
import { childrenOf, fits, original, shapeWords, type Slot } from './slots.js';
import type { StoredTensor } from './tensors.js';

/** A weight and the tensor that a file holds for it. */
export interface Placement {
  readonly slot: Slot;
  readonly tensor: StoredTensor;
}

/**
 * Gives layers their weights, and all of these in order.
 *
 * @throws LowbitError `weights-mismatch` for the first tensor whose shape is not the one that its layer demands.
 */
export function giveWeights(placements: readonly Placement[], where: string): readonly KerasWeight[] {
  const byLayer = new Map<LayerDraft, KerasWeight[]>();
  for (const { slot, tensor } of placements) {
    const { layer, rule } = slot;
    const id = `${layer.id}/${rule.name}`;
    if (!fits(rule.shape, tensor.shape))
      throw mismatch(
        `${where}: ${id}`,
        shapeWords(rule.shape),
        `${shapeWords(tensor.shape)} at ${tensor.path}`,
      );
    const { shape, type: storedType, packed, read } = tensor;
    const weight: KerasWeight = { id, name: rule.name, shape, storedType, ...defined({ packed }), read };
    const own = byLayer.get(layer);
    if (own === undefined) byLayer.set(layer, [weight]);
    else if (!own.some((other) => other.id === id)) own.push(weight);
  }
  for (const [layer, weights] of byLayer) layer.weights = inRuleOrder(layer, weights);
  return [...byLayer.keys()].flatMap((layer) => layer.weights);
}

/** Gives layers that were met before the weights that they have there. */
export function shareWeights(layers: readonly LayerDraft[]): void {
  for (const layer of layers) {
    if (layer.sharedWith === undefined) shareWeights(childrenOf(layer));
    else copyWeights(layer.sharedWith, layer);
  }
}

function copyWeights(from: LayerDraft, to: LayerDraft): void {
  to.weights = from.weights;
  const sources = childrenOf(from);
  childrenOf(to).forEach((child, i) => copyWeights(original(sources[i]!), child));
}

function inRuleOrder({ rules }: LayerDraft, weights: readonly KerasWeight[]): readonly KerasWeight[] {
  if (rules === undefined) return weights;
  return rules.flatMap(({ name }) => weights.find((weight) => weight.name === name) ?? []);
}
