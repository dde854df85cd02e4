import type { FittedActivations } from '../contract/model-writer.js';
import { withEntries } from '../plan/change-plan.js';
import { meetWanted } from '../plan/meet-wanted.js';
import type { QuantizedEntry } from '../contract/plan.js';
import type { ResolvedEntry, ResolvedPlan } from '../contract/resolved-plan.js';
import type { Options } from '../contract/options.js';
import { defined } from '../contract/defined.js';

/**
 * The plan in which weights of layers whose inputs stay float, as fitting them has shown, have the method's own grid again:
 * the one that they have for quantized inputs would cost something for nothing. What else the weight wants is met.
 */
export function ownGrids(resolved: ResolvedPlan, { floatSites }: FittedActivations): ResolvedPlan {
  if (floatSites.size === 0) return resolved;
  return withEntries(resolved, (own) => {
    if (own.entry.instead === undefined) return own.entry;
    const inputs = own.layer.sites.filter(({ side }) => side === 'input');
    const stayFloat = inputs.length > 0 && inputs.every(({ id }) => floatSites.has(id));
    return stayFloat ? ownGrid(own) : own.entry;
  });
}

/** The entry as it would be without activations; as it is where the form wants the same then. */
function ownGrid({ entry, weight, quantizer }: ResolvedEntry): QuantizedEntry {
  const { instead, wanted: told, ...others } = entry;
  const { bits, granularity, reason } = entry;
  const settings = { bits, granularity };
  const wanted = weight.wants?.({ ...settings, activations: false });
  const before = weight.wants?.({ ...settings, activations: true });
  if (wanted?.form === before?.form) return entry;
  const options = { ...entry.quantizer.options, ...instead };
  const met = meetWanted(wanted, { quantizer, options, given: {} }, granularity, true);
  const reasons = [without(reason, told), 'its input stays float', met.reason];
  return {
    ...others,
    quantizer: { name: quantizer.name, options: met.options },
    ...defined({ instead: met.instead, wanted: met.reason }),
    reason: reasons.filter((one) => one !== undefined && one !== '').join('; '),
  };
}

/**
 * The plan without what it tells of packed forms where that is not so any more, since somebody has changed an entry, or the model is
 * written for another target: the options stay what they are.
 */
export function withoutStaleWishes(resolved: ResolvedPlan): ResolvedPlan {
  return withEntries(resolved, (own) => {
    const { entry } = own;
    if (entry.instead === undefined || isMet(own)) return entry;
    const members = Object.entries(entry).filter(([name]) => name !== 'instead' && name !== 'wanted');
    return {
      ...(Object.fromEntries(members) as Omit<QuantizedEntry, 'instead' | 'wanted'>),
      reason: without(entry.reason, entry.wanted),
    };
  });
}

/** Whether planning would take the same options in place of the same others. */
function isMet({ entry, quantizer, wants }: ResolvedEntry): boolean {
  if (wants === undefined) return false;
  const options = { ...entry.quantizer.options, ...entry.instead };
  const met = meetWanted(wants, { quantizer, options, given: {} }, entry.granularity, true);
  return sameOptions(met.options, entry.quantizer.options) && sameOptions(met.instead, entry.instead);
}

function sameOptions(a: Options = {}, b: Options = {}): boolean {
  const keys = Object.keys(a);
  return keys.length === Object.keys(b).length && keys.every((key) => a[key] === b[key]);
}

/** The reason without the part that told what was wanted. */
const without = (reason: string, told: string | undefined): string =>
  reason
    .split('; ')
    .filter((part) => part !== told)
    .join('; ');
