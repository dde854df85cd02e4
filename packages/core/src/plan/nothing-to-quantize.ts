import { LowbitError } from '../errors/error.js';
import type { LayerDescriptor } from '../contract/descriptors.js';
import type { PlanEntry, QuantizationPlan } from '../contract/plan.js';

/** Whether a plan quantizes not a single weight, so that its result would be a copy. */
export function leavesAll({ weights }: QuantizationPlan): boolean {
  return weights.every(({ bits }) => bits === 'float');
}

/** The error on a recipe that quantizes nothing, with the reasons. */
export function nothingToQuantize(
  port: string,
  entries: readonly PlanEntry[],
  layers: readonly LayerDescriptor[],
): LowbitError {
  const reasons = [
    ...entries.map((entry) => entry.reason),
    ...layers.flatMap((layer) => (layer.skipped ?? []).map((note) => note.reason)),
  ];
  return new LowbitError({
    code: 'nothing-to-quantize',
    where: port,
    expected: 'at least one weight to quantize',
    received: reasons.length === 0 ? 'a model without weights' : [...new Set(reasons)].slice(0, 5).join('; '),
    remedy: remedyFor(entries, layers),
  });
}

/** What helps: what lets skipped weights be quantized, another model where one was quantized before or nothing of it can be, otherwise another choice. */
function remedyFor(entries: readonly PlanEntry[], layers: readonly LayerDescriptor[]): string {
  const remedies = new Set(
    layers.flatMap(({ skipped = [] }) => skipped.flatMap(({ remedy }) => remedy ?? [])),
  );
  if (entries.length === 0 && remedies.size > 0) return [...remedies].join(' ');
  const before = layers.some(
    ({ weights, skipped = [] }) =>
      weights.some((weight) => weight.quantizedBefore !== undefined) ||
      skipped.some((note) => note.quantizedBefore === true),
  );
  if (before)
    return 'Quantize the float model that this one was made from: what was quantized is not quantized again.';
  return entries.length > 0
    ? 'Inspect the model to see its weights, and check what is included and excluded, and the bit policy.'
    : 'Inspect the model to see why none of its constants can be quantized: no option changes that, another export may.';
}

/** The error on a plan that quantizes nothing. */
export function emptyPlan({ weights }: QuantizationPlan): LowbitError {
  return new LowbitError({
    code: 'nothing-to-quantize',
    where: 'plan: weights',
    expected: 'at least one weight with bits',
    received: weights.length === 0 ? 'no weight' : "bits 'float' for every weight",
    remedy:
      'Give a weight of the plan bits, a quantizer, a granularity and a parameterStorage, or make a new plan.',
  });
}
