import type { Applied, LayerDescriptor, StorageNote, WeightDescriptor } from '../model/port.js';
import type { QuantizationPlan, QuantizedEntry } from '../plan/plan.js';
import { packedTensorBytes } from '../scheme/container.js';
import { packedBytes } from '../scheme/pack.js';
import type { SliceRanges } from '../scheme/slice-ranges.js';
import type { QuantizedTensor } from '../scheme/types.js';
import { gridWarning } from './grid-reach.js';
import { histogramOf } from './histogram.js';
import { measureTensor } from './measure.js';
import { storageWarning, vanishedWarning } from './storage-warning.js';
import type { Report, Sizes, SkippedReport, WeightReport } from './report.js';

/**
 * The report row of one weight, before the port has said how it is stored.
 *
 * @param measure See `QuantizeOptions`.
 */
export function weightRow(
  weight: WeightDescriptor,
  op: string,
  entry: QuantizedEntry,
  original: Float32Array,
  tensor: QuantizedTensor,
  ranges: SliceRanges,
  measure: boolean,
): WeightReport {
  const warnings = [
    gridWarning(original, tensor, ranges, entry.quantizer.name),
    storageWarning(tensor, entry.parameterStorage),
    vanishedWarning(tensor.scheme, ranges),
  ].filter((warning) => warning !== undefined);
  const float = weight.storedBytes;
  const stored = packedTensorBytes(tensor);
  return {
    id: weight.id,
    layer: entry.layer,
    op,
    shape: weight.shape,
    values: original.length,
    bits: entry.bits,
    quantizer: entry.quantizer.name,
    granularity: entry.granularity,
    slices: ranges.min.length,
    sizes: {
      float,
      nominal: packedBytes(original.length, entry.bits),
      stored,
      memory: float,
    },
    bitsPerWeight: bitsEach(stored, original.length),
    ...(measure
      ? { error: measureTensor(original, tensor), histogram: histogramOf(original, tensor, ranges) }
      : {}),
    form: '',
    reason: entry.reason,
    ...(entry.wanted === undefined ? {} : { wanted: entry.wanted }),
    storageReason: '',
    warnings,
  };
}

/** Joins what was measured with what the port says about storage. */
export function buildReport<M>(
  port: string,
  plan: QuantizationPlan,
  rows: readonly WeightReport[],
  layers: readonly LayerDescriptor[],
  applied: Applied<M>,
): Report {
  const notes = new Map(applied.storage.map((note) => [note.id, note]));
  const left = applied.storage.filter((note) => note.float === true);
  const kept = rows.filter((row) => notes.get(row.id)?.float !== true);
  const weights = kept.map((row) => withStorage(row, notes.get(row.id)));
  const sizes = weights.reduce<Sizes>((sum, row) => addSizes(sum, row.sizes), noSizes);
  const values = weights.reduce((sum, row) => sum + row.values, 0);
  return {
    format: 'lowbit-report',
    version: 1,
    port,
    plan,
    weights,
    skipped: [...skippedRows(layers, plan), ...leftFloat(left, rows)],
    sizes,
    bitsPerWeight: bitsEach(sizes.stored, values),
    modelBytes: applied.modelBytes,
    warnings: weights.flatMap((row) => row.warnings.map((warning) => `${row.id}: ${warning}`)),
  };
}

function withStorage(row: WeightReport, note: StorageNote | undefined): WeightReport {
  if (note === undefined) return row;
  const { wanted, ...others } = row;
  return {
    ...others,
    ...(wanted === undefined || note.unmet === true ? {} : { wanted }),
    sizes: { ...row.sizes, stored: note.storedBytes, memory: note.memoryBytes },
    bitsPerWeight: bitsEach(note.storedBytes, row.values),
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

const bitsEach = (bytes: number, values: number): number => (values === 0 ? 0 : (8 * bytes) / values);

const noSizes: Sizes = { float: 0, nominal: 0, stored: 0, memory: 0 };

function addSizes(a: Sizes, b: Sizes): Sizes {
  return {
    float: a.float + b.float,
    nominal: a.nominal + b.nominal,
    stored: a.stored + b.stored,
    memory: a.memory + b.memory,
  };
}
