import type { LayerDescriptor } from '../contract/descriptors.js';
import type { Recipe } from '../contract/recipe.js';
import type { PluginsInUse } from './plugins-in-use.js';
import type { ActivationEntry, PlanEntry } from '../contract/plan.js';

/** Every site of the layers whose weights are quantized, once; nothing when activations stay float. */
export function planActivations(
  weights: readonly PlanEntry[],
  layers: readonly LayerDescriptor[],
  recipe: Recipe,
  plugins: PluginsInUse,
): { activations?: readonly ActivationEntry[] } {
  if (recipe.activations === undefined) return {};
  const { quantizer, options } = plugins.choose(recipe.activations);
  const wanted = recipe.activationBits ?? 8;
  const widths = new Map(weights.map(({ id, bits }) => [id, bits]));
  const bySite = new Map<string, number>();
  for (const layer of layers) {
    const bits = mostBits(layer, widths);
    if (bits === undefined) continue;
    for (const { id } of layer.sites) bySite.set(id, Math.max(bySite.get(id) ?? 0, bits));
  }
  const activations = [...bySite].map(([id, own]) => {
    const bits = wanted === 'weights' ? own : wanted;
    const reason =
      wanted === 'weights'
        ? `${bits} bits as the weights that it meets`
        : `${bits} bits at every layer with quantized weights`;
    return { id, bits, quantizer: { name: quantizer.name, options }, reason };
  });
  return { activations };
}

/** The most bits among the layer's quantized weights; `undefined` when all of them stay float. */
function mostBits(layer: LayerDescriptor, widths: ReadonlyMap<string, number | 'float'>): number | undefined {
  const bits = layer.weights.map(({ id }) => widths.get(id)).filter((width) => typeof width === 'number');
  return bits.length === 0 ? undefined : Math.max(...bits);
}
