import { checkOptions, optionTypes } from '../errors/check-argument.js';
import { throwProblems } from '../errors/error.js';
import { checkPort } from '../contract/check-port.js';
import type { LayerDescriptor } from '../contract/descriptors.js';
import type { ModelPort } from '../contract/port.js';
import type { Recipe } from '../contract/recipe.js';
import { pluginsInUse, type PluginsInUse } from './plugins-in-use.js';
import { defaultQuantizer } from '../contract/choice.js';
import type { FeatureSet, Granularity } from '../contract/policy.js';
import type { Registry } from '../contract/registry.js';
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
import type { PlanEntry, QuantizationPlan, QuantizedEntry } from '../contract/plan.js';
import { defined } from '../contract/defined.js';
import { waveFilters } from './wave-filters.js';
import { choosePolicies, draftWeights, type WeightDraft, reasonToLeave } from './draft-weights.js';

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
  const open = [...weights.values()].filter((placed) => reasonToLeave(placed, recipe) === undefined);
  const waves = await waveFilters(
    open.map(({ weight }) => weight),
    session,
  );
  const drafts = draftWeights({ weights, layers, waves }, recipe, policies);
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

function planEntry(
  draft: WeightDraft,
  placed: PlacedWeight,
  recipe: Recipe,
  plugins: PluginsInUse,
): PlanEntry {
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
    ...roundingOf(draft, plugins),
    reason: reasons.join('; '),
  };
}

/** Whether groups were chosen, and others that the weight can have are wanted: they stand for the chosen. */
const areGroups = (...granularities: readonly (Granularity | undefined)[]): boolean =>
  granularities.every((one) => one !== undefined && groupSize(one) !== undefined);

/** The rounder of a weight as its plan entry names it. */
function roundingOf({ rounding }: WeightDraft, plugins: PluginsInUse): Pick<QuantizedEntry, 'rounding'> {
  const chosen = rounding === undefined ? undefined : plugins.chooseRounder(rounding);
  return chosen === undefined ? {} : { rounding: { name: chosen.plugin.name, options: chosen.options } };
}

/** Whether activations get a quantizer of ranges that are measured on each run. */
function measuresRanges({ activations }: Recipe, plugins: PluginsInUse): boolean {
  return activations !== undefined && plugins.choose(activations).quantizer.dynamic === 'range';
}
