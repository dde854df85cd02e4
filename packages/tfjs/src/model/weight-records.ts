import type { QuantizationPlan } from '@lowbit/core';
import { fingerprint } from './fingerprint.js';
import type { LowbitMetadata } from './plan-record.js';

/** What a run made of a weight. It holds as long as the weight has these values. */
export interface WeightRecord {
  /** In words: "min-max at 4 bits". */
  readonly made: string;
  /** The {@link fingerprint} of the values that the file stands for. */
  readonly values: string;
}

/** Fingerprints of the weights that lowbit made, by id. */
export type WeightRecords = Readonly<Record<string, string>>;

/** Why a weight is not quantized again. */
export function quantizedAlready(made: string): string {
  return `quantized already by lowbit: ${made}`;
}

/** The records in a model's metadata, which may be anything. */
export function recordsIn(metadata: unknown): ReadonlyMap<string, WeightRecord> {
  const lowbit = (metadata as { lowbit?: Partial<LowbitMetadata> | null } | null | undefined)?.lowbit;
  const made = wordsOf([...earlierPlans(lowbit), lowbit?.plan]);
  const prints = Object.entries(lowbit?.weights ?? {}).filter(([, values]) => typeof values === 'string');
  return new Map(prints.map(([id, values]) => [id, { made: made.get(id) ?? 'in an earlier run', values }]));
}

/** The plans of the runs before the last. */
export function earlierPlans(
  lowbit: Partial<LowbitMetadata> | null | undefined,
): readonly QuantizationPlan[] {
  const earlier: unknown = lowbit?.earlier;
  return Array.isArray(earlier) ? (earlier as QuantizationPlan[]) : [];
}

/** What plans make of weights; later ones win. */
function wordsOf(
  plans: readonly (Partial<QuantizationPlan> | null | undefined)[],
): ReadonlyMap<string, string> {
  const entries = plans.flatMap((plan) => (Array.isArray(plan?.weights) ? plan.weights : []));
  return new Map(
    (entries as QuantizationPlan['weights']).flatMap((entry) =>
      entry.bits === 'float' ? [] : [[entry.id, `${entry.quantizer.name} at ${entry.bits} bits`] as const],
    ),
  );
}

/** The records of weights with the values that they now have. */
export function recordsOf(values: ReadonlyMap<string, () => Float32Array>): WeightRecords {
  return Object.fromEntries([...values].map(([id, read]) => [id, fingerprint(read())]));
}

/** One weight on its way into a file. */
export interface WrittenWeight {
  readonly id: string;
  /** Its values in the model. */
  values(): Float32Array;
  /** Those that the file stands for, where they are others. */
  readonly stored?: () => Float32Array;
}

/** Metadata whose records are those of a file: what was changed since has none, what the file rounds has that of the rounded values. */
export function withRecordsOf<T>(metadata: T, weights: readonly WrittenWeight[]): T {
  const records = recordsIn(metadata);
  if (records.size === 0) return metadata;
  const kept = weights.flatMap(({ id, values, stored }) => {
    const known = records.get(id)?.values;
    if (known === undefined || known !== fingerprint(values())) return [];
    return [[id, stored === undefined ? known : fingerprint(stored())] as const];
  });
  const { lowbit, ...others } = metadata as { lowbit: object };
  return { ...others, lowbit: { ...lowbit, weights: Object.fromEntries(kept) } } as T;
}
