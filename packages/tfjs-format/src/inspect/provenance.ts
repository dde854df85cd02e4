import { isLowbitError, parsePlan, type QuantizationPlan } from '@lowbit/core';
import { sizeOf } from '@lowbit/core/adapter';
import type { ModelJson } from '../manifest/parse-model-json.js';
import type { StoredWeight } from '../manifest/stored-weights.js';
import { isPacked } from '../manifest/weight-spec.js';
import { groupBy } from './group-by.js';

/** What lowbit did to a model before. */
export interface Provenance {
  /** Weights that are packed codes. */
  readonly packed: number;
  /** Bits a packed weight, scales and codebooks counted; `null` when none is packed. */
  readonly bitsPerWeight: number | null;
  /** What the stored plans of all runs say; `null` when there is none, or one that cannot be read. */
  readonly plan: PlanSummary | null;
}

/** A plan, drawn together. */
export interface PlanSummary {
  readonly weights: readonly {
    readonly quantizer: string;
    readonly bits: number;
    readonly granularity: string;
    readonly count: number;
  }[];
  /** Places where activations are quantized. */
  readonly activations: number;
}

/** What lowbit did to a model, by its file; undefined when nothing. */
export function provenanceOf(json: ModelJson, weights: readonly StoredWeight[]): Provenance | undefined {
  const packed = weights.filter(({ spec }) => isPacked(spec));
  const record = json.userDefinedMetadata?.['lowbit'];
  if (packed.length === 0 && record === undefined) return undefined;
  const values = packed.reduce((sum, { spec }) => sum + sizeOf(spec.shape), 0);
  const bits = 8 * packed.reduce((sum, { bytes }) => sum + bytes.length, 0);
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
  const kinds = groupBy(
    entries.map(({ quantizer, bits, granularity }) => ({ quantizer: quantizer.name, bits, granularity })),
    (entry) => JSON.stringify(entry),
  );
  return {
    weights: [...kinds.values()].map((group) => ({ ...group[0]!, count: group.length })),
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
