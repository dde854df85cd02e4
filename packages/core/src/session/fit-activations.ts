import type { Calibration, SiteStatistics } from '../calibration/statistics.js';
import { LowbitError } from '../errors/error.js';
import type { FittedSite } from '../model/port.js';
import { seededRandom, seedFrom } from '../numeric/random.js';
import type { ActivationEntry, QuantizationPlan } from '../plan/plan.js';
import { optionsOf } from '../plugin/choose.js';
import type { Quantizer } from '../plugin/quantizer.js';
import type { Registry } from '../plugin/registry.js';
import { fitSafely } from './fit-safely.js';

/** Fits every activation site of the plan to its statistics; dynamic quantizers need none. */
export function fitActivations(
  plan: QuantizationPlan,
  registry: Registry,
  calibration: Calibration | undefined,
): Map<string, FittedSite> {
  const sites = (plan.activations ?? []).map((entry): [string, FittedSite] => {
    const quantizer = registry.find('quantizer', entry.quantizer.name) as Quantizer;
    const statistics = calibration?.sites[entry.id];
    return [entry.id, fitSite(entry, quantizer, statistics, plan.seed)];
  });
  return new Map(sites);
}

function fitSite(
  entry: ActivationEntry,
  quantizer: Quantizer,
  statistics: SiteStatistics | undefined,
  seed: number,
): FittedSite {
  const { id, bits } = entry;
  const options = optionsOf(quantizer, entry.quantizer.options);
  if (quantizer.dynamic) return { id, bits, quantizer, options };
  if (statistics === undefined || statistics.count === 0) throw notObserved(id, quantizer.name);
  const random = seededRandom(seedFrom(seed, id));
  const context = { role: 'activation', bits, options, random, statistics } as const;
  const parameters = fitSafely(quantizer, Float32Array.from(statistics.sample), context, `site '${id}'`);
  return { id, bits, quantizer, options, parameters, statistics };
}

function notObserved(id: string, quantizer: string): LowbitError {
  return new LowbitError({
    code: 'calibration-missing',
    where: `site '${id}'`,
    expected: `statistics for the quantizer '${quantizer}'`,
    remedy: 'Run the model on sample inputs with observe() (command line: --calibrate) and pass the result.',
  });
}
