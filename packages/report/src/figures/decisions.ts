import type { QuantizationPlan } from '@lowbit/core';
import { seedFrom } from '@lowbit/core/adapter';

import { checkPlan } from '../check-given.js';

type Decided = Pick<QuantizationPlan['weights'][number], 'bits' | 'reason'> &
  Partial<Pick<Quantized, 'quantizer' | 'granularity' | 'parameterStorage' | 'rounding'>>;
type Quantized = Exclude<QuantizationPlan['weights'][number], { readonly bits: 'float' }>;
type Named = Quantized['quantizer'];

/**
 * The plan as a file that people edit: it says what each reason was given for, by which `planSentences` tells what was changed by hand.
 * Numbers of the runtime are the same; models do not store it.
 */
export function editablePlan(plan: QuantizationPlan): QuantizationPlan {
  checkPlan(plan, 'editablePlan');
  const { weights, activations } = plan;
  const decided = {
    weights: byId(weights),
    ...(activations === undefined ? {} : { activations: byId(activations) }),
  };
  return { ...plan, decided };
}

const byId = (entries: readonly (Decided & { readonly id: string })[]) =>
  Object.fromEntries(entries.map((entry) => [entry.id, decisionOf(entry)]));

/** The width, and digests of what comes with it and of the reason. */
function decisionOf({ bits, reason, quantizer, granularity, parameterStorage, rounding }: Decided): string {
  const settings = [named(quantizer), granularity, storage(parameterStorage), named(rounding)];
  return [bits, digest(JSON.stringify(settings)), digest(reason)].join(' ');
}

// Members count, not their order, which editors of JSON may change.
const named = (one: Named | undefined) =>
  one === undefined ? null : [one.name, Object.entries(one.options).sort(([a], [b]) => (a < b ? -1 : 1))];
const storage = (one: Decided['parameterStorage']) => (typeof one === 'object' ? [one.kind, one.bits] : one);

const digest = (text: string): string => seedFrom(0, text).toString(16).padStart(8, '0');

/**
 * What was changed since the reason of an entry was given; `undefined` where that still holds, where it was given anew, and where nobody knows.
 *
 * @param decision What the plan remembers of the entry.
 */
export function editOf(entry: Decided, decision: string | undefined): string | undefined {
  const [bits, settings, reason] = (decision ?? '').split(' ');
  const [ownBits, ownSettings, ownReason] = decisionOf(entry).split(' ');
  if (reason !== ownReason) return undefined;
  if (bits !== ownBits)
    return bits === 'float'
      ? 'changed by hand, it stayed float as the plan was made'
      : `changed by hand, it had ${bits === '1' ? '1 bit' : `${bits} bits`} as the plan was made`;
  return settings === ownSettings ? undefined : 'changed by hand, it had other settings as the plan was made';
}
