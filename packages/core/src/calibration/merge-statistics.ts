import { checkArgument } from '../errors/check-argument.js';
import { LowbitError } from '../errors/error.js';
import { checkCalibration } from './check-calibration.js';
import { addInputs, type InputStatistics } from './input-statistics.js';
import { mergeSites } from './merge-sites.js';
import type { Calibration } from './site-statistics.js';

/**
 * What parts of the data tell together of one model: as if it had been observed on all of them. Sums over the inputs of weights add up,
 * of what was fitted to and of what was kept back; of sites see {@link mergeSites}. Moments are read from the parts when they are asked
 * for, one weight at a time.
 *
 * @throws LowbitError `invalid-argument` for no list of statistics; `calibration-invalid` for what is none, and for parts of several models.
 * @example
 * const calibration = mergeStatistics([await inputStatistics(port, first), await inputStatistics(port, rest)]);
 */
export function mergeStatistics(parts: readonly Calibration[]): Calibration {
  const expected = 'a list of statistics, one at least';
  checkArgument(Array.isArray(parts) && parts.length > 0, parts, { where: 'mergeStatistics', expected });
  parts.forEach((part, i) => checkCalibration(part, `parts[${i}]`));
  const [first, ...others] = parts as readonly [Calibration, ...Calibration[]];
  for (const [i, other] of others.entries()) {
    const place = `parts[${i + 1}]`;
    expectSame(place, 'port', [first.port], [other.port]);
    expectSame(place, 'sites', Object.keys(first.sites), Object.keys(other.sites));
    expectSame(place, 'inputs', first.inputs?.weights ?? [], other.inputs?.weights ?? []);
  }
  const ids = Object.keys(first.sites);
  const sites = ids.map((id) => [id, mergeSites(parts.flatMap((part) => part.sites[id] ?? []))] as const);
  const inputs = parts.flatMap((part) => part.inputs ?? []);
  return {
    format: 'lowbit-calibration',
    version: 1,
    port: first.port,
    batches: parts.reduce((sum, { batches }) => sum + batches, 0),
    sites: Object.fromEntries(sites),
    ...(inputs.length > 0 && { inputs: added(inputs) }),
  };
}

function added(parts: readonly InputStatistics[]): InputStatistics {
  return {
    weights: parts[0]?.weights ?? [],
    async read(weight) {
      const own = [];
      for (const part of parts) own.push(await part.read(weight));
      return addInputs(weight, own);
    },
  };
}

/** @throws LowbitError `calibration-invalid` where parts tell of other things. */
function expectSame(place: string, what: string, own: readonly string[], others: readonly string[]): void {
  const [known, its] = [new Set(own), new Set(others)];
  const strange = others.find((id) => !known.has(id));
  const lacking = own.find((id) => !its.has(id));
  if (strange === undefined && lacking === undefined) return;
  throw new LowbitError({
    code: 'calibration-invalid',
    where: `${place}: ${what}`,
    expected:
      lacking === undefined ? 'those of the first part alone' : `'${lacking}' too, as in the first part`,
    received: strange === undefined ? 'statistics without it' : `'${strange}'`,
    remedy: 'Parts are of one model: observe it on each part of the data, with the same options.',
  });
}
