import { checkRegistry } from '../contract/registry.js';
import { checkHas, checkListOf } from '../errors/check-kinds.js';
import { checkIsPlan } from './check-is-plan.js';
import type { Problem } from '../errors/error.js';
import type { LayerDescriptor, SiteDescriptor } from '../contract/descriptors.js';
import type { PortCapabilities } from '../contract/port.js';
import { seedFrom } from '../numeric/random.js';
import { optionsOf } from '../plugin/choose.js';
import type { Role } from '../contract/quantizer.js';
import type { Registry } from '../contract/registry.js';
import { defined } from '../contract/defined.js';
import { withWants } from './change-plan.js';
import { findNamed, findRounder } from './find-named.js';
import { slicingOf } from './granularity.js';
import { uniqueWeights, type PlacedWeight } from './placed-weights.js';
import {
  granularityProblems,
  placeProblems,
  sitesNotTaken,
  storageProblems,
  strangeSite,
} from './plan-problems.js';
import type { ActivationEntry, PlanEntry, QuantizationPlan, QuantizedEntry } from '../contract/plan.js';
import type { Named, ResolvedEntry, ResolvedPlan, ResolvedSite } from '../contract/resolved-plan.js';

/** A plan that was looked up, and everything that stands against it: where that is nothing, the resolved plan is whole. */
export interface Resolution {
  readonly resolved: ResolvedPlan;
  readonly problems: readonly Problem[];
}

/**
 * Looks up everything that a plan names, once. Problems are weights that the model does not have, or has in another layer
 * (`plan-mismatch`), unknown quantizers and rounders, widths and options that they do not offer, parameter storage that the port cannot
 * write; an entry that has one is missing among what was resolved.
 */
export function resolvePlan(
  plan: QuantizationPlan,
  layers: readonly LayerDescriptor[],
  known: Registry,
  supports: PortCapabilities,
): Resolution {
  const where = 'resolvePlan(plan, layers, registry, supports)';
  checkIsPlan(plan, where);
  checkListOf(isLayer, layers, where, 'the layers of a port');
  checkRegistry(known, where, true);
  checkHas(supports, ['parameterStorage'], where, 'what a port supports');
  const placed = uniqueWeights(layers);
  const named = (entry: QuantizedEntry | ActivationEntry, role: Role, where: string) =>
    lookUp(entry, role, plan.seed, known, where);
  const biases = ofLayers(plan.biases, layers, placed);
  const entries = plan.weights
    .filter((entry): entry is QuantizedEntry => entry.bits !== 'float')
    .map((entry) => findEntry(entry, placed.get(entry.id), supports, named, known))
    .map(withCorrection(biases));
  const sites = findSites(plan.activations ?? [], layers, supports, named);
  const weights = plan.weights.map((entry) => inLayer(entry, placed.get(entry.id)));
  const resolved = {
    plan: { ...plan, weights, ...defined({ biases }) },
    layers,
    entries: allOf(entries),
    sites: allOf(sites),
  };
  return {
    resolved: withWants(resolved),
    problems: [...placeProblems(plan, layers), ...[...entries, ...sites].flatMap(({ problems }) => problems)],
  };
}

/** Biases by their layers, each once, where a plan that models store names weights instead. */
function ofLayers(
  biases: QuantizationPlan['biases'],
  layers: readonly LayerDescriptor[],
  placed: ReadonlyMap<string, PlacedWeight>,
): QuantizationPlan['biases'] {
  const known = new Set(layers.map(({ id }) => id));
  const layerOf = (name: string) => (known.has(name) ? name : (placed.get(name)?.layer.id ?? name));
  const byLayer = new Map(biases?.map(({ layer, reason }) => [layerOf(layer), reason]));
  return biases && Array.from(byLayer, ([layer, reason]) => ({ layer, reason }));
}

/** Marks weights that a bias of the plan makes up for. */
function withCorrection(biases: QuantizationPlan['biases'] = []) {
  const named = new Set(biases.map(({ layer }) => layer));
  return ({ resolved, problems }: Found<ResolvedEntry>): Found<ResolvedEntry> => {
    const corrects = resolved?.weight.bias === true && named.has(resolved.layer.id);
    return corrects
      ? { problems, resolved: { ...resolved, corrects } }
      : { problems, ...defined({ resolved }) };
  };
}

/** A part of a plan with what it names, or why that cannot be. */
interface Found<T> {
  readonly resolved?: T;
  readonly problems: readonly Problem[];
}

const allOf = <T>(found: readonly Found<T>[]): readonly T[] =>
  found.flatMap(({ resolved }) => resolved ?? []);

type LookUp = (entry: QuantizedEntry | ActivationEntry, role: Role, where: string) => Found<Named>;

function lookUp(
  { id, bits, quantizer: { name, options } }: QuantizedEntry | ActivationEntry,
  role: Role,
  seed: number,
  known: Registry,
  where: string,
): Found<Named> {
  const { quantizer, problems } = findNamed({ bits, quantizer: { name, options } }, role, known, where);
  if (quantizer === undefined || problems.length > 0) return { problems };
  return {
    problems,
    resolved: { quantizer, options: optionsOf(quantizer, options), seed: seedFrom(seed, id) },
  };
}

function findEntry(
  entry: QuantizedEntry,
  placed: PlacedWeight | undefined,
  supports: PortCapabilities,
  named: LookUp,
  known: Registry,
): Found<ResolvedEntry> {
  const where = `weight '${entry.id}'`;
  const { resolved, problems: ofName } = named(entry, 'weight', where);
  const { rounder, problems: ofRounder } = findRounder(entry, known, where);
  const problems = [
    ...ofName,
    ...ofRounder,
    ...granularityProblems(entry, where),
    ...storageProblems(entry, supports, where),
  ];
  if (resolved === undefined || placed === undefined || problems.length > 0) return { problems };
  const slicing = slicingOf(entry.granularity, placed.weight);
  const rounding = rounder && { rounder, options: optionsOf(rounder, entry.rounding?.options ?? {}) };
  const whole = { entry: inLayer(entry, placed), ...placed, ...resolved, slicing, ...defined({ rounding }) };
  return { problems, resolved: whole };
}

function findSites(
  entries: readonly ActivationEntry[],
  layers: readonly LayerDescriptor[],
  supports: PortCapabilities,
  named: LookUp,
): readonly Found<ResolvedSite>[] {
  if (entries.length > 0 && !supports.activations) return [{ problems: [sitesNotTaken(entries.length)] }];
  const sites = new Map(layers.flatMap((layer) => layer.sites.map((site) => [site.id, site] as const)));
  return entries.map((entry): Found<ResolvedSite> => {
    const site: SiteDescriptor | undefined = sites.get(entry.id);
    if (site === undefined) return { problems: [strangeSite(entry.id, entries.length, sites.keys())] };
    const { resolved, problems } = named(entry, 'activation', `site '${entry.id}'`);
    return resolved === undefined ? { problems } : { problems, resolved: { entry, site, ...resolved } };
  });
}

function inLayer<E extends PlanEntry>(entry: E, placed: PlacedWeight | undefined): E {
  return placed === undefined || placed.layer.id === entry.layer
    ? entry
    : { ...entry, layer: placed.layer.id };
}

function isLayer(value: unknown): boolean {
  const { weights, sites } = Object(value) as Partial<LayerDescriptor>;
  return Array.isArray(weights) && Array.isArray(sites);
}
