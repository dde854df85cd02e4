import { defined } from '../contract/defined.js';
import type { Applied, Outcome, StorageNote } from '../contract/model-writer.js';
import type { LayerDescriptor } from '../contract/descriptors.js';
import type { QuantizationPlan } from '../contract/plan.js';
import { activationRows, withActivations } from './activation-rows.js';
import { valueBytesOf } from '../contract/value-bytes.js';
import { bitsEach, type Report, type Sizes, type SkippedReport, type WeightReport } from './report.js';

/** Joins what was measured with what the port says about storage. */
export function buildReport<M>(
  port: string,
  outcome: Outcome,
  rows: readonly WeightReport[],
  applied: Applied<M>,
): Report {
  const { plan, layers } = outcome;
  const notes = new Map(applied.storage.map((note) => [note.id, note]));
  const left = applied.storage.filter((note) => note.float === true);
  const kept = rows.filter((row) => notes.get(row.id)?.float !== true);
  const weights = kept.map((row) => withStorage(row, notes.get(row.id)));
  const sizes = weights.reduce<Sizes>((sum, row) => addSizes(sum, row.sizes), noSizes);
  const values = weights.reduce((sum, row) => sum + row.values, 0);
  const stored = weights.reduce(
    (sum, { id, sizes: own }) => sum + (notes.get(id)?.valueBytes ?? own.stored),
    0,
  );
  const report: Report = {
    format: 'lowbit-report',
    version: 1,
    port,
    plan,
    weights,
    skipped: [...skippedRows(layers, plan), ...leftFloat(left, rows)],
    sizes,
    bitsPerWeight: bitsEach(stored, values),
    modelBytes: applied.modelBytes,
    ...defined({ forecast: applied.forecast, float16: applied.float16 }),
    warnings: [
      ...gainWarnings(rows.length, weights.length, applied.modelBytes),
      ...weights.flatMap((row) => row.warnings.map((warning) => `${row.id}: ${warning}`)),
      ...skippedWarnings(layers),
    ],
  };
  return withActivations(report, activationRows(outcome, applied.activations));
}

/** What is wrong with weights that no plan could have; one that several layers share is told once. */
function skippedWarnings(layers: readonly LayerDescriptor[]): readonly string[] {
  const notes = layers.flatMap(({ skipped = [] }) => skipped);
  const told = notes.flatMap(({ subject, warning }) =>
    warning === undefined ? [] : [`${subject}: ${warning}`],
  );
  return [...new Set(told)];
}

/** What is said where quantizing gains nothing. */
function gainWarnings(planned: number, quantized: number, { before, after }: Report['modelBytes']): string[] {
  const larger = after > before ? `the model becomes larger, ${after} bytes instead of ${before}` : undefined;
  if (planned === 0 || quantized > 0) return larger === undefined ? [] : [larger];
  const words =
    planned === 1
      ? 'its one weight stays float, for the reason beside it'
      : `all ${planned} weights stay float, for the reasons beside them`;
  const nothing = `nothing of the model is quantized: ${words}`;
  return [larger === undefined ? nothing : `${nothing}; ${larger}`];
}

function withStorage(row: WeightReport, note: StorageNote | undefined): WeightReport {
  if (note === undefined) return row;
  const { wanted, ...others } = row;
  return {
    ...others,
    ...(wanted === undefined || note.unmet === true ? {} : { wanted }),
    sizes: { ...row.sizes, stored: note.storedBytes, memory: note.memoryBytes },
    bitsPerWeight: bitsEach(valueBytesOf(note), row.values),
    form: note.form,
    storageReason: note.reason,
  };
}

function skippedRows(layers: readonly LayerDescriptor[], plan: QuantizationPlan): SkippedReport[] {
  const planned = new Map(plan.weights.map((entry) => [entry.id, entry]));
  return layers.flatMap((layer) => {
    const left = layer.weights.flatMap((weight) => {
      const entry = planned.get(weight.id);
      if (entry !== undefined && entry.bits !== 'float') return [];
      return [
        { layer: layer.id, op: layer.op, subject: weight.id, reason: entry?.reason ?? 'not in the plan' },
      ];
    });
    return [
      ...left,
      ...(layer.skipped ?? []).map(({ subject, reason }) => ({
        layer: layer.id,
        op: layer.op,
        subject,
        reason,
      })),
    ];
  });
}

/** Weights that the port did not change although the plan wanted it. */
function leftFloat(notes: readonly StorageNote[], rows: readonly WeightReport[]): SkippedReport[] {
  const byId = new Map(rows.map((row) => [row.id, row]));
  return notes.map(({ id, reason }) => {
    const row = byId.get(id);
    return { layer: row?.layer ?? id, op: row?.op ?? '', subject: id, reason };
  });
}

const noSizes: Sizes = { float: 0, nominal: 0, stored: 0, memory: 0 };

function addSizes(a: Sizes, b: Sizes): Sizes {
  return {
    float: a.float + b.float,
    nominal: a.nominal + b.nominal,
    stored: a.stored + b.stored,
    memory: a.memory + b.memory,
  };
}
