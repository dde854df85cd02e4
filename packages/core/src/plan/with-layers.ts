import type { PlacedWeight } from './make-plan.js';
import type { QuantizationPlan } from './plan.js';

/** The plan with the layers that its weights are in: one that was stored in a model does not tell them. */
export function withLayers(
  plan: QuantizationPlan,
  placed: ReadonlyMap<string, PlacedWeight>,
): QuantizationPlan {
  const layerOf = (id: string, told: string) => placed.get(id)?.layer.id ?? told;
  if (plan.weights.every(({ id, layer }) => layerOf(id, layer) === layer)) return plan;
  return {
    ...plan,
    weights: plan.weights.map((entry) => ({ ...entry, layer: layerOf(entry.id, entry.layer) })),
  };
}
