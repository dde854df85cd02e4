import type { LayerDescriptor } from '../contract/descriptors.js';
import type { BiasEntry, PlanEntry } from '../contract/plan.js';
import type { Recipe } from '../contract/recipe.js';

/** The layers whose biases take back what their quantized weights move outputs by; nothing when biases stay as they are. */
export function planBiases(
  weights: readonly PlanEntry[],
  layers: readonly LayerDescriptor[],
  { correctBiases = false }: Recipe,
): { biases?: readonly BiasEntry[] } {
  if (!correctBiases) return {};
  const quantized = new Set(weights.flatMap(({ id, bits }) => (bits === 'float' ? [] : [id])));
  const takes = layers.filter((layer) =>
    layer.weights.some(({ id, bias }) => bias === true && quantized.has(id)),
  );
  return { biases: takes.map(({ id }) => ({ layer: id, reason })) };
}

const reason = 'biases are corrected';
