import type { BitPolicyChoice } from '../contract/choice.js';
import { defined } from '../contract/defined.js';
import type { BitAssignment, BitwidthPolicy, PolicyContext } from '../contract/policy.js';
import type { LayerDescriptor } from '../contract/descriptors.js';
import type { Recipe, RecipeSettings } from '../contract/recipe.js';
import { LowbitError } from '../errors/error.js';
import { choosePluginOf, type Chosen } from '../plugin/choose.js';
import { assignBits, type AssignSettings } from '../policy/assign-bits.js';
import { budgetTerms } from '../policy/budget-terms.js';
import { decidedBetween, keptFloat } from '../policy/cascade.js';
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

/** @throws LowbitError `unknown-plugin` and others of choosing one; `invalid-argument` for a budget in a rule. */
export function choosePolicies({ bits = 8, rules = [] }: Recipe, plugins: PluginsInUse): RecipePolicies {
  const own = policyOf(bits, plugins);
  const ofRules = rules.map((rule) => (rule.bits === undefined ? undefined : policyOf(rule.bits, plugins)));
  const misplaced = ofRules.findIndex(
    (policy) => policy && budgetTerms(policy.plugin, policy.options) !== undefined,
  );
  if (misplaced >= 0) throw budgetInRule(misplaced);
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

/** What a policy that spends a budget is asked for. */
export type BudgetAsks = Pick<PolicyContext, 'explores' | 'smallest' | 'kindBytes'>;

/**
 * What the recipe says about every weight: its settings and its bit policy, then its rules.
 *
 * @throws LowbitError `plugin-failed` for a policy that does not decide about each weight once.
 */
export function draftWeights(
  known: KnownWeights,
  recipe: Recipe,
  { own, ofRules }: RecipePolicies,
  asks: BudgetAsks = {},
): readonly BitAssignment[] {
  const { layers } = known;
  const start = startDraft(known, recipe);
  if (budgetTerms(own.plugin, own.options) === undefined)
    return applyRules(withWaves(decideBits(start, layers, recipe, own), known), layers, recipe, ofRules);
  // A budget is spent when all else is decided.
  const ruled = applyRules(start, layers, recipe, ofRules);
  const decided = decidedByRules(layers, recipe);
  return withWaves(decideBits(ruled, layers, { ...recipe, decided, ...asks }, own), known, decided);
}

/** What there is before anybody decides. Weights that stay as they are are float already for policies, which share bits among the others. */
function startDraft({ weights, waves }: KnownWeights, recipe: Recipe): readonly BitAssignment[] {
  return [...weights].map(([id, placed]): BitAssignment => {
    const left = reasonToLeave(placed, recipe) ?? waves.get(id);
    return left === undefined
      ? { id, bits: 8, reason: '8 bits by default' }
      : { id, bits: 'float', reason: left };
  });
}

/** What is known of weights when a budget begins to be spent: what stays float or is decided, floors, settings of rules. */
export interface UnspentDraft {
  readonly draft: readonly BitAssignment[];
  readonly decided: ReadonlySet<string>;
}

/** @param before What decides before the budget is spent. */
export function unspentDraft(
  known: KnownWeights,
  recipe: Recipe,
  { ofRules }: RecipePolicies,
  before: BitwidthPolicy | undefined,
): UnspentDraft {
  const { layers } = known;
  const ruled = applyRules(startDraft(known, recipe), layers, recipe, ofRules);
  const { features } = recipe;
  const draft =
    before === undefined ? ruled : keptFloat(ruled, assignBits(before, ruled, layers, defined({ features })));
  const byRules = decidedByRules(layers, recipe);
  const decided = new Set([...byRules, ...decidedBetween(ruled, draft)]);
  return { draft: withWaves(draft, known, byRules), decided };
}

/** Whatever policies say, sampled waves stay float, unless rules have decided about them. */
function withWaves(
  draft: readonly BitAssignment[],
  { waves }: KnownWeights,
  decided: ReadonlySet<string> = new Set(),
): readonly BitAssignment[] {
  return draft.map((entry) => {
    const reason = decided.has(entry.id) ? undefined : waves.get(entry.id);
    return reason === undefined ? entry : { ...entry, bits: 'float', reason };
  });
}

function decidedByRules(layers: readonly LayerDescriptor[], { rules = [] }: Recipe): ReadonlySet<string> {
  const deciding = rules.filter(({ bits }) => bits !== undefined);
  return new Set(
    layers.flatMap((layer) =>
      layer.weights
        .filter(({ id }) => deciding.some(({ match }) => matchesRule(match, id, layer)))
        .map(({ id }) => id),
    ),
  );
}

/** The draft of a weight with the settings of the recipe, where it has none of its own. */
export const complete =
  (recipe: Recipe) =>
  (entry: BitAssignment): WeightDraft => ({ parameterStorage: 'float32', ...settings(recipe), ...entry });

function decideBits(
  start: readonly BitAssignment[],
  layers: readonly LayerDescriptor[],
  recipe: Recipe & AssignSettings,
  policy: Chosen<BitwidthPolicy>,
): BitAssignment[] {
  const { features, measurements, decided, explores, smallest, kindBytes } = recipe;
  const known = defined({ features, measurements, decided, explores, smallest, kindBytes });
  const context = { ...known, options: policy.options };
  const assigned = assignBits(policy.plugin, start, layers, context);
  const byId = new Map(assigned.map((entry) => [entry.id, entry]));
  const drafts = start.map(({ id }) => {
    const own = byId.get(id);
    if (own === undefined) throw badPolicy(policy.plugin.name, id);
    return own;
  });
  if (byId.size !== start.length) throw badPolicy(policy.plugin.name, undefined);
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
  drafts: readonly BitAssignment[],
  layers: readonly LayerDescriptor[],
  recipe: Recipe,
  policies: readonly (Chosen<BitwidthPolicy> | undefined)[],
): readonly BitAssignment[] {
  return (recipe.rules ?? []).reduce<readonly BitAssignment[]>((current, rule, i) => {
    const policy = policies[i];
    const { features } = recipe;
    const assigned =
      policy &&
      assignBits(policy.plugin, current, layers, {
        ...defined({ features }),
        options: policy.options,
      });
    const proposed = new Map(assigned?.map((entry) => [entry.id, entry.bits]));
    return assignByLayer(current, layers, (entry, layer) => {
      if (!matchesRule(rule.match, entry.id, layer)) return entry;
      const reason = `rule ${JSON.stringify(rule.match)}`;
      return { ...entry, ...settings(rule), bits: proposed.get(entry.id) ?? entry.bits, reason };
    });
  }, drafts);
}

function matchesRule(
  { name, op }: { readonly name?: string; readonly op?: string },
  id: string,
  layer: LayerDescriptor,
): boolean {
  const isNamed = name === undefined || matchesGlob(name, id) || matchesGlob(name, layer.id);
  return isNamed && (op === undefined || op === layer.op);
}

function budgetInRule(index: number): LowbitError {
  return new LowbitError({
    code: 'invalid-argument',
    where: `recipe.rules[${index}].bits`,
    expected: 'bits, or a policy that decides without a budget',
    received: 'one that spends a budget',
    remedy: 'A budget is that of the whole model: give it as bits of the recipe.',
  });
}

/** Why a weight is not quantized, whatever the policy and the rules say. */
export function reasonToLeave({ weight, users }: PlacedWeight, recipe: Recipe): string | undefined {
  const names = [weight.id, ...users.map(({ id }) => id)];
  const ops = users.map(({ op }) => op);
  const { include, exclude, includeOps, excludeOps } = recipe;
  return (
    weight.quantizedBefore ?? exclusion(names, include, exclude) ?? exclusion(ops, includeOps, excludeOps)
  );
}

/** Why names of a weight leave it, or operators that use it. Globs to include that are not given, or none, include everything. */
function exclusion(
  names: readonly string[],
  include: readonly string[] = [],
  exclude: readonly string[] = [],
): string | undefined {
  const matches = (globs: readonly string[]) =>
    globs.find((glob) => names.some((name) => matchesGlob(glob, name)));
  const excluded = matches(exclude);
  if (excluded !== undefined) return `excluded by ${excluded}`;
  return include.length === 0 || matches(include) !== undefined ? undefined : 'not included';
}
