import type { QuantizationPlan } from '@lowbit/core';
import { storedPlan } from '@lowbit/core/adapter';
import { isOwnName } from '../graph/names.js';
import { createEntry, type ModelProto } from '../schema/proto.js';
import { version } from '../version.js';

/** Keys of what a written model tells about itself; earlier runs on the same model have a number behind them. */
export const metadataKeys = { plan: 'lowbit.plan', provenance: 'lowbit.provenance' } as const;

/** What the model was made from. Nothing in it changes from run to run. */
interface Original {
  readonly name: string;
  readonly bytes: number;
}

/**
 * Puts the plan, in its short form, and the provenance into the model, as JSON. Those of an earlier run stay, under `lowbit.plan.1` and so on:
 * what that run quantized is still in the model.
 *
 * @param prefixes What the names of all that was added begin with.
 */
export function addMetadata(
  proto: ModelProto,
  plan: QuantizationPlan,
  source: Original,
  prefixes: readonly string[],
): void {
  const kept = earlierRuns(proto.metadataProps);
  proto.metadataProps = [
    ...kept,
    createEntry(metadataKeys.plan, JSON.stringify(storedPlan(plan))),
    createEntry(
      metadataKeys.provenance,
      JSON.stringify({ tool: 'lowbit', package: '@lowbit/onnx', version, source, prefixes }),
    ),
  ];
}

/** The metadata with what the last run wrote numbered; what stands under our keys and is no record of a run goes. */
function earlierRuns(entries: ModelProto['metadataProps']): ModelProto['metadataProps'] {
  const keys: readonly string[] = Object.values(metadataKeys);
  const others = entries.filter(({ key }) => !keys.includes(key));
  const ran = entries.some(({ key, value }) => key === metadataKeys.provenance && isRecord(value));
  if (!ran) return others;
  const number = 1 + others.filter(({ key }) => isNumbered(key, metadataKeys.provenance)).length;
  return entries.map((entry) =>
    keys.includes(entry.key) ? createEntry(`${entry.key}.${number}`, entry.value) : entry,
  );
}

/** Whether a value of a model was added by lowbit, as its own records say; nothing where there are none. */
export function ownNames({ metadataProps }: Pick<ModelProto, 'metadataProps'>): (name: string) => boolean {
  const records = metadataProps.filter(
    ({ key }) => key === metadataKeys.provenance || isNumbered(key, metadataKeys.provenance),
  );
  const prefixes = records.flatMap(({ value }) => prefixesIn(value));
  return (name) => prefixes.some((prefix) => isOwnName(name, prefix));
}

const isNumbered = (key: string, base: string): boolean =>
  key.startsWith(`${base}.`) && /^\d+$/.test(key.slice(base.length + 1));

/** Whether a text is the provenance that a run wrote. */
const isRecord = (json: string): boolean => provenanceIn(json)?.tool === 'lowbit';

/** The prefixes of one record; none of one that is not lowbit's. */
const prefixesIn = (json: string): string[] => {
  const prefixes = provenanceIn(json)?.prefixes;
  return Array.isArray(prefixes) ? prefixes.filter(isPrefix) : [];
};

function provenanceIn(json: string): Partial<Record<'tool' | 'prefixes', unknown>> | undefined {
  try {
    return (JSON.parse(json) ?? undefined) as Partial<Record<string, unknown>> | undefined;
  } catch {
    return undefined;
  }
}

const isPrefix = (prefix: unknown): prefix is string =>
  typeof prefix === 'string' && /^[a-z]+_*$/.test(prefix);
