import { throwProblems } from '../errors/error.js';
import { checkPort } from '../contract/check-port.js';
import type { LayerDescriptor } from '../contract/descriptors.js';
import type { ModelPort } from '../contract/port.js';
import type { Recipe } from '../contract/recipe.js';
import { pluginsInUse, type PluginsInUse } from './plugins-in-use.js';
import { defaultQuantizer } from '../contract/choice.js';
import type { BitAssignment, Candidate, FeatureSet, Granularity } from '../contract/policy.js';
import type { Registry } from '../contract/registry.js';
import type { Measurements } from '../contract/measurements.js';
import { type DataDefaults, dataDefaults, hasFewBits, planBiases } from './data-defaults.js';
import { featuresFor } from './features-for.js';
import type { BudgetReport } from '../contract/budget-report.js';
import type { QuantizeOptions, SessionOptions } from '../contract/events.js';
import { checkRecipe } from './check-recipe.js';
import { fittingGranularity, groupSize } from './granularity.js';
import { meetWanted } from './meet-wanted.js';
import { uniqueWeights, type PlacedWeight } from './placed-weights.js';
import { resolvePlan, type Resolution } from './resolve.js';
import type { ResolvedEntry, ResolvedPlan } from '../contract/resolved-plan.js';
import { planActivations } from './plan-activations.js';
import { leavesAll, nothingToQuantize } from './nothing-to-quantize.js';
import type { PlanEntry, QuantizationPlan, QuantizedEntry } from '../contract/plan.js';
import { defined } from '../contract/defined.js';
import { waveFilters } from './wave-filters.js';
import {
  type BudgetAsks,
  choosePolicies,
  complete,
  draftWeights,
  type KnownWeights,
  type RecipePolicies,
  reasonToLeave,
  type WeightDraft,
} from './draft-weights.js';

/** A plan, and the plugins that its names stand for. */
export interface PlannedWork {
  readonly plan: QuantizationPlan;
  readonly registry: Registry;
  /** What was measured on the recipe's data, for policies that decide by it. */
  readonly features?: FeatureSet;
  /** What was measured for a budget. */
  readonly measurements?: Measurements;
  /** What became of the budget. */
  readonly budget?: BudgetReport;
  /** What there is to say of how bits were chosen. */
  readonly warnings: readonly string[];
}

export interface PlanOptions extends SessionOptions, Pick<QuantizeOptions, 'sizeOf' | 'curve' | 'capture'> {
  /** For training, which moves values: what was quantized before may be quantized too. Default false. */
  readonly forTraining?: boolean;
}

/** What planning begins with: the model and the recipe, looked at once. */
export interface Prepared extends KnownWeights {
  /** The layers as the port describes them. */
  readonly described: readonly LayerDescriptor[];
  readonly plugins: PluginsInUse;
  readonly policies: RecipePolicies;
  readonly defaults: DataDefaults;
  /** With features, where they were measured for it. */
  readonly recipe: Recipe;
}

/** @throws LowbitError of a wrong port or recipe; what measuring features throws. */
export async function prepare<M>(
  port: ModelPort<M>,
  given: Recipe,
  { forTraining = false, ...session }: PlanOptions = {},
): Promise<Prepared> {
  checkPort(port);
  const described = await port.layers();
  const layers = forTraining ? described.map(withoutHistory) : described;
  checkRecipe(given, layers);
  const plugins = pluginsInUse(given.registry?.list());
  const policies = choosePolicies(given, plugins);
  const defaults = forTraining ? { biases: false } : dataDefaults(port, given, plugins);
  const features = await featuresFor(port, given, policies.all, session);
  const recipe = {
    ...given,
    ...defined({ features: features ?? given.features }),
    ...(forTraining ? { correctBiases: false } : {}),
  };
  const weights = uniqueWeights(layers);
  const open = [...weights.values()].filter((placed) => reasonToLeave(placed, recipe) === undefined);
  const waves = await waveFilters(
    open.map(({ weight }) => weight),
    session,
  );
  return { described, layers, weights, waves, plugins, policies, defaults, recipe };
}

/**
 * Plans, and looks up what the plan names.
 *
 * @param drafts What was decided of each weight; default: what the recipe decides.
 * @throws LowbitError with every problem found, see `resolvePlan`; `nothing-to-quantize`.
 */
export function planPrepared<M>(
  port: ModelPort<M>,
  prepared: Prepared,
  drafts: readonly BitAssignment[] = draftPrepared(prepared),
): { readonly resolved: ResolvedPlan } {
  const { layers } = prepared;
  const { resolved, problems } = resolveDrafts(port, prepared, drafts);
  throwProblems(problems);
  const { plan } = resolved;
  if (leavesAll(plan) && port.supports.alters !== true)
    throw nothingToQuantize(port.name, plan.weights, layers);
  return { resolved };
}

export const draftPrepared = (prepared: Prepared, asks: BudgetAsks = {}): readonly BitAssignment[] =>
  draftWeights(prepared, prepared.recipe, prepared.policies, asks);

/** The plan that drafts of weights make with the settings of the recipe, looked up. */
function resolveDrafts<M>(
  port: ModelPort<M>,
  { described, layers, weights, recipe, plugins, defaults }: Prepared,
  drafts: readonly BitAssignment[],
): Resolution {
  const entries = drafts.map(complete(recipe)).flatMap((draft) => {
    const placed = weights.get(draft.id);
    return placed === undefined ? [] : [planEntry(draft, placed, { recipe, plugins, defaults })];
  });
  const plan: QuantizationPlan = {
    format: 'lowbit-plan',
    version: 1,
    port: port.name,
    seed: recipe.seed ?? 0,
    weights: entries,
    ...planActivations(entries, layers, recipe, plugins),
    ...planBiases(entries, layers, recipe.correctBiases ?? (defaults.biases && 'few bits')),
    ...defined({ form: port.form }),
  };
  return resolvePlan(plan, described, plugins.registry(), port.supports);
}

/**
 * What each weight of a draft would be as this candidate, by id, as planning decides it. Those that the quantizer does not offer the width
 * for are missing.
 *
 * @throws LowbitError of whatever else stands against it.
 */
export function candidateEntries<M>(
  port: ModelPort<M>,
  prepared: Prepared,
  draft: readonly BitAssignment[],
  candidate: Candidate,
): ReadonlyMap<string, ResolvedEntry> {
  const drafts = draft.map((entry) => ({ ...entry, ...candidate }));
  const { resolved, problems } = resolveDrafts(port, prepared, drafts);
  throwProblems(problems.filter(({ code }) => code !== 'unsupported-bits'));
  return new Map(resolved.entries.map((own) => [own.entry.id, own]));
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
  { recipe, plugins, defaults }: Pick<Prepared, 'recipe' | 'plugins' | 'defaults'>,
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
    ...roundingOf(
      draft.rounding ?? (hasFewBits({ bits: draft.bits }) ? defaults.rounding : undefined),
      plugins,
    ),
    reason: reasons.join('; '),
  };
}

/** Whether groups were chosen, and others that the weight can have are wanted: they stand for the chosen. */
const areGroups = (...granularities: readonly (Granularity | undefined)[]): boolean =>
  granularities.every((one) => one !== undefined && groupSize(one) !== undefined);

/** The rounder of a weight as its plan entry names it. */
function roundingOf(
  rounding: WeightDraft['rounding'],
  plugins: PluginsInUse,
): Pick<QuantizedEntry, 'rounding'> {
  const chosen = rounding === undefined ? undefined : plugins.chooseRounder(rounding);
  return chosen === undefined ? {} : { rounding: { name: chosen.plugin.name, options: chosen.options } };
}

/** Whether activations get a quantizer of ranges that are measured on each run. */
function measuresRanges({ activations }: Recipe, plugins: PluginsInUse): boolean {
  return activations !== undefined && plugins.choose(activations).quantizer.dynamic === 'range';
}
