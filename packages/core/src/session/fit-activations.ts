import type { Calibration, SiteStatistics } from '../calibration/statistics.js';
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
  statistics: SiteStatistics | undefined,
  normal: NormalDistribution | undefined,
  seed: number,
): FittedSite {
  const { id, bits } = entry;
  const options = optionsOf(quantizer, entry.quantizer.options);
  if (quantizer.dynamic) return { id, bits, quantizer, options };
  const observed = statistics !== undefined && statistics.count > 0 ? { statistics } : {};
  const known = { ...observed, ...(normal === undefined ? {} : { normal }) };
  const enough =
    quantizer.expects === 'unit-variance' ? Object.keys(known).length > 0 : 'statistics' in known;
  if (!enough) throw notObserved(id, quantizer.name);
  const random = seededRandom(seedFrom(seed, id));
  const context = { role: 'activation', bits, options, random, ...known } as const;
  const sample = Float32Array.from(statistics?.sample ?? []);
  const parameters = fitSafely(quantizer, sample, context, `site '${id}'`);
  return { id, bits, quantizer, options, parameters, ...observed };
}

function notObserved(id: string, quantizer: string): LowbitError {
  return new LowbitError({
    code: 'calibration-missing',
    where: `site '${id}'`,
    expected: `statistics for the quantizer '${quantizer}'`,
    remedy: 'Run the model on sample inputs with observe() (command line: --calibrate) and pass the result.',
  });
}
