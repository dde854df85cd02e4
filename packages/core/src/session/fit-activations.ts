import {
  isComplete,
  type Calibration,
  type RangeStatistics,
  type SiteStatistics,
} from '../calibration/statistics.js';
import { LowbitError } from '../errors/error.js';
import type { FittedSite, LayerDescriptor } from '../model/port.js';
import { seededRandom, seedFrom } from '../numeric/random.js';
import type { ActivationEntry, QuantizationPlan } from '../plan/plan.js';
import { optionsOf } from '../plugin/choose.js';
import type { NormalDistribution, Quantizer } from '../plugin/quantizer.js';
import type { Registry } from '../plugin/registry.js';
import { fitSafely } from './fit-safely.js';

/**
 * Fits every activation site of the plan to its statistics, or to the distribution that batch normalization gives it;
 * dynamic quantizers need neither.
 */
export function fitActivations(
  plan: QuantizationPlan,
  registry: Registry,
  calibration: Calibration | undefined,
  layers: readonly LayerDescriptor[],
): Map<string, FittedSite> {
  const normals = new Map(
    layers.flatMap(({ sites }) => sites.map(({ id, normal }) => [id, normal] as const)),
  );
  const sites = (plan.activations ?? []).map((entry): [string, FittedSite] => {
    const quantizer = registry.find('quantizer', entry.quantizer.name) as Quantizer;
    const statistics = calibration?.sites[entry.id];
    return [entry.id, fitSite(entry, quantizer, statistics, normals.get(entry.id), plan.seed)];
  });
  return new Map(sites);
}

function fitSite(
  entry: ActivationEntry,
  quantizer: Quantizer,
  observed: Calibration['sites'][string] | undefined,
  normal: NormalDistribution | undefined,
  seed: number,
): FittedSite {
  const { id, bits } = entry;
  const options = optionsOf(quantizer, entry.quantizer.options);
  if (quantizer.dynamic) return { id, bits, quantizer, options };
  const seen = seenBy(quantizer, observed);
  const known = { ...seen, ...(normal === undefined ? {} : { normal }) };
  const enough = quantizer.expects === 'unit-variance' ? Object.keys(known).length > 0 : 'ranges' in known;
  if (!enough) throw notObserved(id, quantizer.name, observed);
  const random = seededRandom(seedFrom(seed, id));
  const context = { role: 'activation', bits, options, random, ...known } as const;
  const sample = Float32Array.from(seen.statistics?.sample ?? []);
  const parameters = fitSafely(quantizer, sample, context, `site '${id}'`);
  return {
    id,
    bits,
    quantizer,
    options,
    parameters,
    ...(seen.ranges === undefined ? {} : { statistics: seen.ranges }),
  };
}

/** What a quantizer is given of what was observed: nothing where that is less than it needs. */
function seenBy(
  { needs }: Quantizer,
  observed: Calibration['sites'][string] | undefined,
): { ranges?: RangeStatistics; statistics?: SiteStatistics } {
  if (observed === undefined || observed.count === 0) return {};
  if (isComplete(observed)) return { ranges: observed, statistics: observed };
  return needs === 'ranges' ? { ranges: observed } : {};
}

function notObserved(id: string, quantizer: string, observed: RangeStatistics | undefined): LowbitError {
  const known = observed !== undefined && observed.count > 0;
  return new LowbitError({
    code: 'calibration-missing',
    where: `site '${id}'`,
    expected: `statistics for the quantizer '${quantizer}'`,
    ...(known ? { received: 'ranges alone, and it needs the values' } : {}),
    remedy: known
      ? "Observe again with the option statistics: 'all' (command line: --calibrate)."
      : 'Run the model on sample inputs with observe() (command line: --calibrate) and pass the result.',
  });
}
