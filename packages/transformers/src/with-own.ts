import { type BitwidthPolicy, cascade, type Recipe } from '@lowbit/core';
import { choosePluginOf, defined } from '@lowbit/core/adapter';
import type { DtypeRecipe } from './dtype-recipe.js';

/**
 * The recipe of a dtype with settings of somebody's own, which win: a policy is asked after that of the dtype, a number of bits is in its
 * place. What tells of bits, blocks and methods has no place where all weights become 8-bit integers or stay float.
 */
export function withOwn({ form, recipe }: DtypeRecipe, own: Partial<Recipe>): Recipe {
  const { bits, weights, granularity, parameterStorage, ...others } = own;
  if (form !== 'blocks') return { ...recipe, ...others };
  const chosen = defined({ weights, granularity, parameterStorage });
  return { ...recipe, ...others, ...chosen, bits: bitsOf(recipe, bits, own) };
}

function bitsOf(
  { bits: before, registry }: Recipe,
  bits: Recipe['bits'],
  own: Partial<Recipe>,
): NonNullable<Recipe['bits']> {
  if (typeof bits === 'number') return bits;
  const policies = [before, bits].flatMap((one) => (typeof one === 'object' ? [one] : []));
  return cascade(
    ...policies,
    ...(typeof bits === 'string' ? [namedPolicy(bits, own.registry ?? registry)] : []),
  );
}

function namedPolicy(name: string, registry: Recipe['registry']): BitwidthPolicy {
  const { plugin, options } = choosePluginOf('policy', name, registry);
  return { ...plugin, configured: options };
}
