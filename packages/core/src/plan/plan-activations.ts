import type { LayerDescriptor } from '../model/port.js';
import type { Recipe } from '../model/recipe.js';
import type { Plugin } from '../plugin/plugin.js';
import { choosePlugin } from './choose-plugin.js';
import type { ActivationEntry, PlanEntry } from './plan.js';

/** Every site of the layers whose weights are quantized, once; nothing when activations stay float. */
export function planActivations(
  weights: readonly PlanEntry[],
  layers: readonly LayerDescriptor[],
  recipe: Recipe,
  plugins: Set<Plugin>,
): { activations?: readonly ActivationEntry[] } {
  if (recipe.activations === undefined) return {};
  const { quantizer, options } = choosePlugin(recipe.activations, plugins);
  const bits = recipe.activationBits ?? 8;
  const quantized = new Set(weights.filter((entry) => entry.bits !== 'float').map((entry) => entry.id));
  const chosen = layers.filter((layer) => layer.weights.some((weight) => quantized.has(weight.id)));
  const ids = new Set(chosen.flatMap((layer) => layer.sites.map((site) => site.id)));
  const reason = `${bits} bits at every layer with quantized weights`;
  return {
    activations: [...ids].map((id) => ({ id, bits, quantizer: { name: quantizer.name, options }, reason })),
  };
}
