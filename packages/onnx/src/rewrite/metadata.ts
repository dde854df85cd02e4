import type { QuantizationPlan } from '@lowbit/core';
import { createEntry, type ModelProto } from '../schema/proto.js';
import { version } from '../version.js';

/** Keys of what a written model tells about itself. */
export const metadataKeys = { plan: 'lowbit.plan', provenance: 'lowbit.provenance' } as const;

/** What the model was made from. Nothing in it changes from run to run. */
export interface Source {
  readonly name: string;
  readonly bytes: number;
}

/** Puts the plan and the provenance into the model, as JSON, in place of older ones. */
export function addMetadata(proto: ModelProto, plan: QuantizationPlan, source: Source): void {
  const entries = new Map<string, unknown>([
    [metadataKeys.plan, plan],
    [metadataKeys.provenance, { tool: 'lowbit', package: '@lowbit/onnx', version, source }],
  ]);
  proto.metadataProps = [
    ...proto.metadataProps.filter(({ key }) => !entries.has(key)),
    ...[...entries].map(([key, value]) => createEntry(key, JSON.stringify(value))),
  ];
}
