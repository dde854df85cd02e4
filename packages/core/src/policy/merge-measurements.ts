import type { MeasuredCandidate, MeasuredItem, Measurements } from '../contract/measurements.js';
import { defined } from '../contract/defined.js';
import { LowbitError } from '../errors/error.js';
import { isSameChoice, nothingMeasured } from './known.js';
import { checkMeasurements } from './check-measurements.js';

/**
 * All that parts know, as if one had measured it: of what several know, the first counts. The order of parts that do not overlap
 * changes nothing but the order in which weights are listed.
 *
 * @throws LowbitError `invalid-argument` for no measurements, for those of several ports or models, and for effects that are not of one kind.
 */
export function mergeMeasurements(parts: readonly Measurements[]): Measurements {
  if (!Array.isArray(parts) || parts.length === 0)
    throw differing('a list of measurements, one at least', Array.isArray(parts) ? 'none' : typeof parts);
  parts.forEach((part, i) => checkMeasurements(part, `mergeMeasurements: parts[${i}]`));
  return (parts as readonly Measurements[]).reduce(
    (all, part) => merged(all, part),
    nothingMeasured(parts[0].port),
  );
}

function merged(all: Measurements, part: Measurements): Measurements {
  if (part.port !== all.port) throw differing(`measurements of the port '${all.port}'`, `of '${part.port}'`);
  const [own, its] = [all.model, part.model];
  if (own !== undefined && its !== undefined && own.hash !== its.hash)
    throw differing(`measurements of ${own.name}`, `of another model, ${its.name}`);
  const [one, other] = [all.effect, part.effect];
  if (one !== undefined && other !== undefined && (one.of !== other.of || one.samples !== other.samples))
    throw differing(`effects on ${one.of} of ${one.samples} samples`, `on ${other.of} of ${other.samples}`);
  const added = <T extends Measurements['joint'][number] | Measurements['written'][number]>(
    known: readonly T[],
    more: readonly T[],
  ) => [...known, ...more.filter(({ choice }) => !known.some((own) => isSameChoice(own.choice, choice)))];
  return {
    ...all,
    ...defined({
      model: own ?? its,
      effect: one ?? other,
      separability: all.separability ?? part.separability,
    }),
    items: mergedItems(all.items, part.items),
    joint: added(all.joint, part.joint),
    written: added(all.written, part.written),
  };
}

function mergedItems(known: readonly MeasuredItem[], more: readonly MeasuredItem[]): MeasuredItem[] {
  const items = new Map(known.map((item) => [item.ids.join('\n'), item]));
  for (const item of more) {
    const key = item.ids.join('\n');
    const before = items.get(key);
    items.set(key, { ...item, ...before, candidates: mergedCandidates(before, item) });
  }
  return [...items.values()].sort((a, b) => a.depth - b.depth || (a.ids[0] < b.ids[0] ? -1 : 1));
}

/** What has an effect counts before what has none. */
function mergedCandidates(
  before: MeasuredItem | undefined,
  item: MeasuredItem,
): readonly MeasuredCandidate[] {
  const candidates = new Map(before?.candidates.map((own) => [own.candidate, own]));
  for (const own of item.candidates) {
    const known = candidates.get(own.candidate);
    if (known === undefined || (known.effect === undefined && own.effect !== undefined))
      candidates.set(own.candidate, own);
  }
  return [...candidates.values()].sort((a, b) => (a.candidate < b.candidate ? -1 : 1));
}

function differing(expected: string, received: string): LowbitError {
  return new LowbitError({ code: 'invalid-argument', where: 'mergeMeasurements', expected, received });
}
