import type { LayerDescriptor } from '../contract/descriptors.js';
import type { BitAssignment } from '../contract/policy.js';
import type { Recipe } from '../contract/recipe.js';
import { LowbitError } from '../errors/error.js';
import { choosePluginOf } from '../plugin/choose.js';
import { assignBits } from '../policy/assign-bits.js';
import { budgetTerms } from '../policy/budget-terms.js';
import type { PluginsInUse } from './plugins-in-use.js';
import type { ActivationEntry, PlanEntry } from '../contract/plan.js';

/**
 * Every site of the layers whose weights are quantized, once, but for those that a policy leaves float; nothing when activations stay
 * float.
 *
 * @throws LowbitError of choosing and asking a policy; `invalid-argument` for one that spends a budget.
 */
export function planActivations(
  weights: readonly PlanEntry[],
  layers: readonly LayerDescriptor[],
  recipe: Recipe,
  plugins: PluginsInUse,
): { activations?: readonly ActivationEntry[] } {
  if (recipe.activations === undefined) return {};
  const chosen = recipe.activations;
  const sites = sitesMet(weights, layers);
  const activations = decideSites(sites, layers, recipe, plugins).flatMap((draft): ActivationEntry[] => {
    const { id, bits, reason } = draft;
    if (bits === 'float') return [];
    const { quantizer, options } = plugins.choose(draft.quantizer ?? chosen);
    return [{ id, bits, quantizer: { name: quantizer.name, options }, reason }];
  });
  return { activations };
}

/** The sites of layers with quantized weights, each with the most bits of these. */
function sitesMet(
  weights: readonly PlanEntry[],
  layers: readonly LayerDescriptor[],
): ReadonlyMap<string, number> {
  const widths = new Map(weights.map(({ id, bits }) => [id, bits]));
  const bySite = new Map<string, number>();
  for (const layer of layers) {
    const bits = mostBits(layer, widths);
    if (bits === undefined) continue;
    for (const { id } of layer.sites) bySite.set(id, Math.max(bySite.get(id) ?? 0, bits));
  }
  return bySite;
}

function decideSites(
  sites: ReadonlyMap<string, number>,
  layers: readonly LayerDescriptor[],
  { activationBits = 8 }: Recipe,
  plugins: PluginsInUse,
): readonly BitAssignment[] {
  if (activationBits === 'weights')
    return [...sites].map(([id, bits]) => ({
      id,
      bits,
      reason: `${bits} bits as the weights that it meets`,
    }));
  if (typeof activationBits === 'number') {
    const reason = `${activationBits} bits at every layer with quantized weights`;
    return [...sites.keys()].map((id) => ({ id, bits: activationBits, reason }));
  }
  const { plugin, options } = choosePluginOf('policy', activationBits, plugins.registry());
  if (budgetTerms(plugin, options) !== undefined) throw budgetForSites();
  const draft = [...sites.keys()].map((id) => ({ id, bits: 8, reason: '8 bits by default' }));
  return assignBits(plugin, draft, layers, { options });
}

function budgetForSites(): LowbitError {
  return new LowbitError({
    code: 'invalid-argument',
    where: 'recipe.activationBits',
    expected: "a number, 'weights', or a policy that decides without a budget",
    received: 'one that spends a budget',
    remedy: 'Activations are not stored: give the budget as bits of the recipe.',
  });
}

/** The most bits among the layer's quantized weights; `undefined` when all of them stay float. */
function mostBits(layer: LayerDescriptor, widths: ReadonlyMap<string, number | 'float'>): number | undefined {
  const bits = layer.weights.map(({ id }) => widths.get(id)).filter((width) => typeof width === 'number');
  return bits.length === 0 ? undefined : Math.max(...bits);
}
