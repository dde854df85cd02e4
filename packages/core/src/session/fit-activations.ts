import {
  type Calibration,
  isComplete,
  type RangeStatistics,
  type SiteStatistics,
} from '../calibration/site-statistics.js';
import { LowbitError } from '../errors/error.js';
import type { FittedActivations, FittedSite } from '../contract/model-writer.js';
import { seededRandom } from '../numeric/random.js';
import type { ResolvedSite } from '../contract/resolved-plan.js';
import type { Quantizer } from '../contract/quantizer.js';
import { checkSiteLevels } from '../scheme/check-levels.js';
import { fitSafely } from './fit-safely.js';
import { noSpread, oneLevel } from './without-spread.js';
import { defined } from '../contract/defined.js';

/**
 * Fits every activation site of the plan to its statistics, or to the distribution that batch normalization gives it;
 * dynamic quantizers need neither. Ranges are extended to include 0, which every value may become. A site without spread
 * stays float: its one value would be frozen, and what another input gives there would be lost.
 */
export function fitActivations(
  sites: readonly ResolvedSite[],
  calibration: Calibration | undefined,
): FittedActivations {
  const activations = new Map<string, FittedSite>();
  const floatSites = new Map<string, string>();
  for (const site of sites) {
    const { id } = site.entry;
    const fitted = fitSite(site, calibration?.sites[id]);
    if (typeof fitted === 'string') floatSites.set(id, fitted);
    else activations.set(id, fitted);
  }
  return { activations, floatSites };
}

/** The fitted site, or why it stays float. */
function fitSite(
  { entry: { id, bits }, site: { normal }, quantizer, options, seed }: ResolvedSite,
  observed: Calibration['sites'][string] | undefined,
): FittedSite | string {
  if (quantizer.dynamic) return { id, bits, quantizer, options };
  const constant = noSpread(observed);
  if (constant !== undefined) return constant;
  const seen = seenBy(quantizer, observed);
  const known = { ...seen, ...defined({ normal }) };
  const enough = quantizer.expects === 'unit-variance' ? Object.keys(known).length > 0 : 'ranges' in known;
  if (!enough) throw notObserved(id, quantizer.name, observed);
  const random = seededRandom(seed);
  const context = { role: 'activation', bits, options, random, ...known } as const;
  const sample = Float32Array.from(seen.statistics?.sample ?? []);
  const parameters = fitSafely(quantizer, sample, context, `site '${id}'`);
  checkSiteLevels(parameters, `quantizer '${quantizer.name}' at site '${id}'`);
  const level = oneLevel(parameters, quantizer.name);
  if (level !== undefined) return level;
  return {
    id,
    bits,
    quantizer,
    options,
    parameters,
    ...(observed === undefined || seen.ranges === undefined ? {} : { statistics: observed }),
  };
}

/** What a quantizer is given of what was observed: nothing where that is less than it needs. */
function seenBy(
  { needs }: Quantizer,
  observed: Calibration['sites'][string] | undefined,
): { ranges?: RangeStatistics; statistics?: SiteStatistics } {
  if (observed === undefined || observed.count === 0) return {};
  if (isComplete(observed)) {
    const statistics = withZero(observed);
    return { ranges: statistics, statistics };
  }
  return needs === 'ranges' ? { ranges: withZero(observed) } : {};
}

/** The same statistics with ranges that include 0. */
function withZero<S extends RangeStatistics>(observed: S): S {
  const { min, max, movingMin, movingMax } = observed;
  return {
    ...observed,
    min: Math.min(min, 0),
    max: Math.max(max, 0),
    movingMin: Math.min(movingMin, 0),
    movingMax: Math.max(movingMax, 0),
  };
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
      : 'Run the model on sample inputs with observe() (command line: --calibrate) and pass the result; ONNX ports have it with a runtime: onnx(bytes, { ort }).',
  });
}
