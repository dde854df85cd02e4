import { throwProblems } from '../errors/error.js';
import { optionsOf } from '../plugin/choose.js';
import { widthProblems } from './find-named.js';
import type { QuantizedEntry } from '../contract/plan.js';
import type { ResolvedEntry, ResolvedPlan } from '../contract/resolved-plan.js';

/** The plan with other decisions for some of its weights, whose quantizers stay the same. */
export function withEntries(
  resolved: ResolvedPlan,
  change: (own: ResolvedEntry) => QuantizedEntry,
): ResolvedPlan {
  const entries = resolved.entries.map((own) => {
    const entry = change(own);
    const { options } = entry.quantizer;
    return entry === own.entry ? own : { ...own, entry, options: optionsOf(own.quantizer, options) };
  });
  const changed = new Map(entries.map(({ entry }) => [entry.id, entry]));
  const weights = resolved.plan.weights.map((entry) => changed.get(entry.id) ?? entry);
  return { ...resolved, plan: { ...resolved.plan, weights }, entries };
}

/**
 * The plan with other bits for some weights.
 *
 * @throws LowbitError `unsupported-bits` with every width that a quantizer does not offer.
 */
export function withBits(resolved: ResolvedPlan, bits: ReadonlyMap<string, number>): ResolvedPlan {
  const changed = withEntries(resolved, ({ entry }) => {
    const now = bits.get(entry.id);
    return now === undefined ? entry : { ...entry, bits: now };
  });
  throwProblems(
    changed.entries.flatMap(({ entry, quantizer }) =>
      widthProblems(entry.bits, quantizer, 'weight', `weight '${entry.id}'`),
    ),
  );
  return withWants(changed);
}

/** The plan with what the packed forms of its weights want, asked with its settings. */
export function withWants(resolved: ResolvedPlan): ResolvedPlan {
  const measuresRanges = resolved.sites.some(({ quantizer }) => quantizer.dynamic === 'range');
  const activations = {
    activations: resolved.plan.activations !== undefined,
    ...(measuresRanges ? { measuresRanges } : {}),
  };
  const entries = resolved.entries.map((own) => {
    const { bits, granularity } = own.entry;
    return { ...own, wants: own.weight.wants?.({ bits, granularity, ...activations }) };
  });
  return { ...resolved, entries };
}
