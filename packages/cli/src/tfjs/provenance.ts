import { isLowbitError, parsePlan, type QuantizationPlan } from '@lowbit/core';
import type { PlanSummary, Provenance } from '@lowbit/report/text';
import { isPacked, type ModelJson, type StoredWeight } from '@lowbit/tfjs-format';
import { rollups, sum } from 'd3-array';

/** What lowbit did to a model, by its file; undefined when nothing. */
export function provenanceOf(json: ModelJson, weights: readonly StoredWeight[]): Provenance | undefined {
  const packed = weights.filter(({ spec }) => isPacked(spec));
  const record = json.userDefinedMetadata?.['lowbit'];
  if (packed.length === 0 && record === undefined) return undefined;
  const values = sum(packed, ({ spec }) => spec.shape.reduce((product, size) => product * size, 1));
  const bits = 8 * sum(packed, ({ bytes }) => bytes.length);
  const { plan, earlier } = (record ?? {}) as { readonly plan?: unknown; readonly earlier?: unknown };
  return {
    packed: packed.length,
    bitsPerWeight: values === 0 ? null : bits / values,
    plan: planSummary([...(Array.isArray(earlier) ? (earlier as unknown[]) : []), plan]),
  };
}

function planSummary(values: readonly unknown[]): PlanSummary | null {
  const plans = values.map(readable).filter((plan) => plan !== undefined);
  if (plans.length === 0) return null;
  const all = plans.flatMap(({ weights }) =>
    weights.flatMap((entry) => (entry.bits === 'float' ? [] : [entry])),
  );
  const entries = [...new Map(all.map((entry) => [entry.id, entry])).values()];
  const kinds = rollups(
    entries.map(({ quantizer, bits, granularity }) => ({ quantizer: quantizer.name, bits, granularity })),
    (group) => ({ ...group[0]!, count: group.length }),
    (entry) => JSON.stringify(entry),
  );
  return {
    weights: kinds.map(([, kind]) => kind),
    activations: Math.max(...plans.map(({ activations }) => activations?.length ?? 0)),
  };
}

function readable(value: unknown): QuantizationPlan | undefined {
  try {
    return parsePlan(value, 'plan');
  } catch (error) {
    if (isLowbitError(error)) return undefined;
    throw error;
  }
}
