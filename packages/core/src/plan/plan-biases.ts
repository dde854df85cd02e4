import type { LayerDescriptor } from '../contract/descriptors.js';
import type { BiasEntry, PlanEntry } from '../contract/plan.js';
import type { Recipe } from '../contract/recipe.js';

/**
 * The layers whose biases take back what their quantized weights move outputs by; nothing when biases stay as they are. Layers of which
 * no quantized weight has a bias that can change are left out: the report tells why, weight by weight.
 *
 * @param weights Entries of the plan. @param layers Of the model, in the order of execution.
 */
export function planBiases(
  weights: readonly PlanEntry[],
  layers: readonly LayerDescriptor[],
  { correctBiases = false }: Recipe,
): { biases?: readonly BiasEntry[] } {
  if (!correctBiases) return {};
  const quantized = new Set(weights.flatMap(({ id, bits }) => (bits === 'float' ? [] : [id])));
  const isTaken = ({ weights: own }: LayerDescriptor) =>
    own.some(({ id, bias }) => bias === true && quantized.has(id));
  const takes = layers.filter(isTaken);
  return { biases: takes.map(({ id }) => ({ layer: id, reason })) };
}

const reason = 'biases are corrected';
