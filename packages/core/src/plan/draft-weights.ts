import type { BitPolicyChoice } from '../contract/choice.js';
import { defined } from '../contract/defined.js';
import type { BitAssignment, BitwidthPolicy } from '../contract/policy.js';
import type { LayerDescriptor } from '../contract/descriptors.js';
import type { Recipe, RecipeSettings } from '../contract/recipe.js';
import { LowbitError } from '../errors/error.js';
import { choosePluginOf, type Chosen } from '../plugin/choose.js';
import { assignBits } from '../policy/assign-bits.js';
import { matchesGlob } from '../policy/glob.js';
import { assignByLayer } from '../policy/overrides.js';
import { everywhere } from '../policy/policies.js';
import type { ParameterStorage } from '../scheme/types.js';
import type { PlacedWeight } from './placed-weights.js';
import type { PluginsInUse } from './plugins-in-use.js';

/** What a recipe says about one weight, whatever its port wants. */
export interface WeightDraft extends BitAssignment {
  readonly parameterStorage: ParameterStorage;
}

/** The policies that decide bits: the recipe's own, and those of its rules, which have one where they give bits. */
export interface RecipePolicies {
  readonly own: Chosen<BitwidthPolicy>;
  readonly ofRules: readonly (Chosen<BitwidthPolicy> | undefined)[];
  readonly all: readonly Chosen<BitwidthPolicy>[];
}

/** @throws LowbitError `unknown-plugin` and others of choosing one. */
export function choosePolicies({ bits = 8, rules = [] }: Recipe, plugins: PluginsInUse): RecipePolicies {
  const own = policyOf(bits, plugins);
  const ofRules = rules.map((rule) => (rule.bits === undefined ? undefined : policyOf(rule.bits, plugins)));
  return { own, ofRules, all: [own, ...ofRules.filter((policy) => policy !== undefined)] };
}

function policyOf(bits: number | BitPolicyChoice, plugins: PluginsInUse): Chosen<BitwidthPolicy> {
  return typeof bits === 'number'
    ? { plugin: everywhere(bits), options: {}, given: {} }
    : choosePluginOf('policy', bits, plugins.registry());
}

/** What is known of a model's weights before anything is decided. */
export interface KnownWeights {
  readonly weights: ReadonlyMap<string, PlacedWeight>;
  readonly layers: readonly LayerDescriptor[];
  /** Why some stay float unless a rule gives them bits, by id. */
  readonly waves: ReadonlyMap<string, string>;
}

/**
 * What the recipe says about every weight: its settings and its bit policy, then its rules.
 *
 * @throws LowbitError `plugin-failed` for a policy that does not decide about each weight once.
 */
export function draftWeights(
  known: KnownWeights,
  recipe: Recipe,
  { own, ofRules }: RecipePolicies,
): readonly WeightDraft[] {
  return applyRules(decideBits(known, recipe, own), known.layers, recipe, ofRules);
}

function decideBits(
  { weights, layers, waves }: KnownWeights,
  recipe: Recipe,
  policy: Chosen<BitwidthPolicy>,
): WeightDraft[] {
  const { parameterStorage = 'float32' } = recipe;
  // Weights that stay as they are are float already for the policy, which shares bits among the others.
  const start = [...weights].map(([id, placed]): BitAssignment => {
    const left = reasonToLeave(placed, recipe) ?? waves.get(id);
    return left === undefined
      ? { id, bits: 8, reason: '8 bits by default' }
      : { id, bits: 'float', reason: left };
  });
  const assigned = assignBits(policy.plugin, start, layers, { ...recipe, options: policy.options });
  const decided = new Map(assigned.map((entry) => [entry.id, entry]));
  const drafts = start.map(({ id }) => {
    const own = decided.get(id);
    if (own === undefined) throw badPolicy(policy.plugin.name, id);
    const wave = waves.get(id);
    const draft = { ...settings(recipe), ...own, parameterStorage };
    return wave === undefined ? draft : { ...draft, bits: 'float' as const, reason: wave };
  });
  if (decided.size !== start.length) throw badPolicy(policy.plugin.name, undefined);
  return drafts;
}

function badPolicy(name: string, missing: string | undefined): LowbitError {
  return new LowbitError({
    code: 'plugin-failed',
    where: `policy '${name}'`,
    expected: 'exactly one assignment for each weight',
    received: missing === undefined ? 'assignments for unknown weights' : `none for ${missing}`,
    remedy: "Report this to the policy's author.",
  });
}

function settings(given: RecipeSettings): Partial<WeightDraft> {
  return {
    ...defined({
      quantizer: given.weights,
      granularity: given.granularity,
      parameterStorage: given.parameterStorage,
      rounding: given.rounding,
    }),
  };
}

function applyRules(
  drafts: readonly WeightDraft[],
  layers: readonly LayerDescriptor[],
  recipe: Recipe,
  policies: readonly (Chosen<BitwidthPolicy> | undefined)[],
): WeightDraft[] {
  return (recipe.rules ?? []).reduce<WeightDraft[]>(
    (current, rule, i) => {
      const { name, op } = rule.match;
      const policy = policies[i];
      const assigned =
        policy && assignBits(policy.plugin, current, layers, { ...recipe, options: policy.options });
      const proposed = new Map(assigned?.map((entry) => [entry.id, entry.bits]));
      return assignByLayer(current, layers, (entry, layer) => {
        const named = name === undefined || matchesGlob(name, entry.id) || matchesGlob(name, layer.id);
        if (!named || (op !== undefined && op !== layer.op)) return entry;
        const reason = `rule ${JSON.stringify(rule.match)}`;
        return { ...entry, ...settings(rule), bits: proposed.get(entry.id) ?? entry.bits, reason };
      });
    },
    [...drafts],
  );
}

/** Why a weight is not quantized, whatever the policy and the rules say. */
export function reasonToLeave({ weight, layer }: PlacedWeight, recipe: Recipe): string | undefined {
  return weight.quantizedBefore ?? exclusion([weight.id, layer.id], recipe);
}

function exclusion(names: readonly string[], recipe: Recipe): string | undefined {
  const matches = (globs: readonly string[]) =>
    globs.find((glob) => names.some((name) => matchesGlob(glob, name)));
  const excluded = matches(recipe.exclude ?? []);
  if (excluded !== undefined) return `excluded by ${excluded}`;
  const { include } = recipe;
  return include === undefined || include.length === 0 || matches(include) !== undefined
    ? undefined
    : 'not included';
}
