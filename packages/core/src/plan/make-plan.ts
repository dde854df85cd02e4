import { checkOptions, optionTypes } from '../errors/check-argument.js';
import { LowbitError, throwProblems } from '../errors/error.js';
import { checkPort } from '../contract/check-port.js';
import type { LayerDescriptor, ModelPort } from '../contract/port.js';
import type { Recipe, RecipeSettings } from '../contract/recipe.js';
import { pluginsInUse, type PluginsInUse } from './plugins-in-use.js';
import { type BitPolicyChoice, defaultQuantizer } from '../contract/choice.js';
import { choosePluginOf, type Chosen } from '../plugin/choose.js';
import type { BitAssignment, BitwidthPolicy, FeatureSet, Granularity } from '../contract/policy.js';
import type { Registry } from '../contract/registry.js';
import { assignBits } from '../policy/assign-bits.js';
import { assignByLayer } from '../policy/overrides.js';
import { everywhere } from '../policy/policies.js';
import { matchesGlob } from '../policy/glob.js';
import type { ParameterStorage } from '../scheme/types.js';
import { featuresFor } from './features-for.js';
import { type SessionOptions, sessionTypes } from '../contract/events.js';
import { checkRecipe } from './check-recipe.js';
import { fittingGranularity, groupSize } from './granularity.js';
import { meetWanted } from './meet-wanted.js';
import { uniqueWeights, type PlacedWeight } from './placed-weights.js';
import { resolvePlan } from './resolve.js';
import type { ResolvedPlan } from '../contract/resolved-plan.js';
import { planActivations } from './plan-activations.js';
import { leavesAll, nothingToQuantize } from './nothing-to-quantize.js';
import type { PlanEntry, QuantizationPlan } from '../contract/plan.js';
import { defined } from '../contract/defined.js';

/** A plan, and the plugins that its names stand for. */
export interface PlannedWork {
  readonly plan: QuantizationPlan;
  readonly registry: Registry;
  /** What was measured on the recipe's data, for policies that decide by it. */
  readonly features?: FeatureSet;
}

export interface PlanOptions extends SessionOptions {
  /** For training, which moves values: what was quantized before may be quantized too. Default false. */
  readonly forTraining?: boolean;
}

interface Draft extends BitAssignment {
  readonly parameterStorage: ParameterStorage;
}

/**
 * Decides what happens to every weight. Later sources win: the recipe's settings, its bit policy, its rules,
 * then `include` and `exclude`. What was quantized before stays as it is, unless the plan is for training. Throws one error with every problem found (see {@link resolvePlan}), or
 * `nothing-to-quantize` when every weight would stay as it is.
 */
export async function makePlan<M>(
  port: ModelPort<M>,
  recipe: Recipe,
  options: PlanOptions = {},
): Promise<PlannedWork> {
  checkOptions(options, { ...sessionTypes, forTraining: optionTypes.flag }, 'makePlan');
  const { resolved, ...others } = await planResolved(port, recipe, options);
  return { plan: resolved.plan, ...others };
}

/** A resolved plan, the plugins that its names stand for, and what was measured for it. */
export interface ResolvedWork extends Omit<PlannedWork, 'plan'> {
  readonly resolved: ResolvedPlan;
}

/** The same as {@link makePlan}, with everything that the plan names. */
export async function planResolved<M>(
  port: ModelPort<M>,
  given: Recipe,
  { forTraining = false, ...session }: PlanOptions = {},
): Promise<ResolvedWork> {
  checkPort(port);
  const described = await port.layers();
  const layers = forTraining ? described.map(withoutHistory) : described;
  checkRecipe(given, layers);
  const weights = uniqueWeights(layers);
  const plugins = pluginsInUse(given.registry?.list());
  const policies = choosePolicies(given, plugins);
  const features = await featuresFor(port, given, policies.all, session);
  const recipe = features === undefined ? given : { ...given, features };
  const drafts = applyRules(
    decideBits(weights, layers, recipe, policies.own),
    layers,
    recipe,
    policies.ofRules,
  );
  const entries = drafts.flatMap((draft) => {
    const placed = weights.get(draft.id);
    return placed === undefined ? [] : [planEntry(draft, placed, recipe, plugins)];
  });
  const plan: QuantizationPlan = {
    format: 'lowbit-plan',
    version: 1,
    port: port.name,
    seed: recipe.seed ?? 0,
    weights: entries,
    ...planActivations(entries, layers, recipe, plugins),
    ...defined({ form: port.form }),
  };
  const known = plugins.registry();
  const { resolved, problems } = resolvePlan(plan, described, known, port.supports);
  throwProblems(problems);
  if (leavesAll(plan)) throw nothingToQuantize(port.name, entries, layers);
  return { resolved, registry: known, ...defined({ features }) };
}

/** The layer as one whose weights may be quantized whatever was done to them. */
function withoutHistory(layer: LayerDescriptor): LayerDescriptor {
  const weights = layer.weights.map((weight) => {
    const { quantizedBefore, ...others } = weight;
    return quantizedBefore === undefined ? weight : others;
  });
  return { ...layer, weights };
}

function decideBits(
  weights: ReadonlyMap<string, PlacedWeight>,
  layers: readonly LayerDescriptor[],
  recipe: Recipe,
  policy: Chosen<BitwidthPolicy>,
): Draft[] {
  const { parameterStorage = 'float32' } = recipe;
  // Weights that stay as they are are float already for the policy, which shares bits among the others.
  const start = [...weights].map(([id, placed]): BitAssignment => {
    const left = reasonToLeave(placed, recipe);
    return left === undefined
      ? { id, bits: 8, reason: '8 bits by default' }
      : { id, bits: 'float', reason: left };
  });
  const assigned = assignBits(policy.plugin, start, layers, { ...recipe, options: policy.options });
  const decided = new Map(assigned.map((entry) => [entry.id, entry]));
  const drafts = start.map(({ id }) => {
    const own = decided.get(id);
    if (own === undefined) throw badPolicy(policy.plugin.name, id);
    return { ...settings(recipe), ...own, parameterStorage };
  });
  if (decided.size !== start.length) throw badPolicy(policy.plugin.name, undefined);
  return drafts;
}

/** The policies of a recipe and of its rules, which have one where they give bits. */
function choosePolicies({ bits = 8, rules = [] }: Recipe, plugins: PluginsInUse) {
  const own = policyOf(bits, plugins);
  const ofRules = rules.map((rule) => (rule.bits === undefined ? undefined : policyOf(rule.bits, plugins)));
  return { own, ofRules, all: [own, ...ofRules.filter((policy) => policy !== undefined)] };
}

function policyOf(bits: number | BitPolicyChoice, plugins: PluginsInUse): Chosen<BitwidthPolicy> {
  return typeof bits === 'number'
    ? { plugin: everywhere(bits), options: {}, given: {} }
    : choosePluginOf('policy', bits, plugins.registry());
}

function settings(given: RecipeSettings): Partial<Draft> {
  return {
    ...defined({
      quantizer: given.weights,
      granularity: given.granularity,
      parameterStorage: given.parameterStorage,
    }),
  };
}

function applyRules(
  drafts: readonly Draft[],
  layers: readonly LayerDescriptor[],
  recipe: Recipe,
  policies: readonly (Chosen<BitwidthPolicy> | undefined)[],
): Draft[] {
  return (recipe.rules ?? []).reduce<Draft[]>(
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

function planEntry(draft: Draft, placed: PlacedWeight, recipe: Recipe, plugins: PluginsInUse): PlanEntry {
  const layer = placed.layer.id;
  const left = reasonToLeave(placed, recipe);
  if (left !== undefined) return { id: draft.id, layer, bits: 'float', reason: left };
  if (draft.bits === 'float') return { id: draft.id, layer, bits: 'float', reason: draft.reason };
  const chosen = plugins.choose(draft.quantizer ?? defaultQuantizer);
  const fitting = fittingGranularity(draft.granularity ?? 'channel', placed.weight);
  const wanted = placed.weight.wants?.({
    bits: draft.bits,
    granularity: draft.granularity ?? fitting.granularity,
    activations: recipe.activations !== undefined,
    ...(measuresRanges(recipe, plugins) ? { measuresRanges: true } : {}),
  });
  const isChosen = draft.granularity !== undefined && !areGroups(draft.granularity, wanted?.granularity);
  const met = meetWanted(wanted, chosen, fitting.granularity, isChosen);
  const reasons = [draft.reason, fitting.reason, met.reason].filter((reason) => reason !== undefined);
  return {
    id: draft.id,
    layer,
    bits: draft.bits,
    quantizer: { name: chosen.quantizer.name, options: met.options },
    ...defined({ instead: met.instead, wanted: met.reason }),
    granularity: met.granularity,
    parameterStorage: draft.parameterStorage,
    reason: reasons.join('; '),
  };
}

/** Whether groups were chosen, and others that the weight can have are wanted: they stand for the chosen. */
const areGroups = (...granularities: readonly (Granularity | undefined)[]): boolean =>
  granularities.every((one) => one !== undefined && groupSize(one) !== undefined);

/** Whether activations get a quantizer of ranges that are measured on each run. */
function measuresRanges({ activations }: Recipe, plugins: PluginsInUse): boolean {
  return activations !== undefined && plugins.choose(activations).quantizer.dynamic === 'range';
}

/** Why a weight is not quantized, whatever the policy and the rules say. */
function reasonToLeave({ weight, layer }: PlacedWeight, recipe: Recipe): string | undefined {
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

function badPolicy(name: string, missing: string | undefined): LowbitError {
  return new LowbitError({
    code: 'plugin-failed',
    where: `policy '${name}'`,
    expected: 'exactly one assignment for each weight',
    received: missing === undefined ? 'assignments for unknown weights' : `none for ${missing}`,
    remedy: "Report this to the policy's author.",
  });
}
