import type { StorageNote, WeightDescriptor } from '../model/port.js';
import { sliceRanges } from '../scheme/slice-ranges.js';
import { sliceLayout } from '../scheme/slicing.js';
import { histogramOf } from './histogram.js';
import { measureError, measureTensor } from './measure.js';
import type { WeightReport } from './report.js';

/** The rows with the error of what was written, where the port's notes say that it is something else than was encoded. */
export async function measureWritten(
  rows: readonly WeightReport[],
  notes: readonly StorageNote[],
  placed: ReadonlyMap<string, { readonly weight: WeightDescriptor }>,
): Promise<WeightReport[]> {
  const byId = new Map(notes.map((note) => [note.id, note.written]));
  const measured: WeightReport[] = [];
  for (const row of rows) {
    const written = byId.get(row.id)?.();
    const weight = placed.get(row.id)?.weight;
    if (written === undefined || weight === undefined) measured.push(row);
    else measured.push({ ...row, ...measuresOf(await weight.read(), written) });
  }
  return measured;
}

function measuresOf(
  original: Float32Array,
  written: NonNullable<ReturnType<NonNullable<StorageNote['written']>>>,
): Partial<WeightReport> {
  if (written instanceof Float32Array) return { error: measureError(original, written) };
  const ranges = sliceRanges(original, sliceLayout(written.shape, written.slicing), 'weight');
  return {
    error: measureTensor(original, written),
    histogram: histogramOf(original, written, ranges),
  };
}
