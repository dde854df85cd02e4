import type { StorageNote } from '../contract/model-writer.js';
import type { ResolvedEntry } from '../contract/resolved-plan.js';
import { sliceRanges } from '../scheme/slice-ranges.js';
import { sliceLayout } from '../scheme/slicing.js';
import { histogramOf } from './histogram.js';
import { measureError, measureTensor } from './measure.js';
import type { WeightReport } from './report.js';

/**
 * The rows with the error of what was written, where the port's notes say that it is something else than was encoded.
 *
 * @param rows One an entry.
 */
export async function measureWritten(
  rows: readonly WeightReport[],
  notes: readonly StorageNote[],
  entries: readonly ResolvedEntry[],
  withHistograms: boolean,
): Promise<WeightReport[]> {
  const byId = new Map(notes.map((note) => [note.id, note]));
  const measured: WeightReport[] = [];
  for (const [i, row] of rows.entries()) {
    const note = byId.get(row.id);
    const written = note?.written?.();
    const weight = entries[i]?.weight;
    if (written === undefined || weight === undefined) measured.push(row);
    else
      measured.push(
        withLoss(row, measuresOf(await weight.read(), written, withHistograms), note?.form ?? ''),
      );
  }
  return measured;
}

/** Decibels that the form of a weight may cost without a word. */
const unnoticed = 3;

/** The row with the measures of what was written, and a warning where that is much worse than the levels that were chosen. */
function withLoss(row: WeightReport, measures: Partial<WeightReport>, form: string): WeightReport {
  const chosen = row.error?.sqnrDb ?? null;
  const written = measures.error?.sqnrDb ?? null;
  const isLoss = chosen !== null && written !== null && chosen - written > unnoticed;
  if (!isLoss) return { ...row, ...measures };
  const warning = `${form} rounds its levels again: ${written.toFixed(1)} dB signal to noise, where they give ${chosen.toFixed(1)}`;
  return { ...row, ...measures, warnings: [...row.warnings, warning] };
}

function measuresOf(
  original: Float32Array,
  written: NonNullable<ReturnType<NonNullable<StorageNote['written']>>>,
  withHistograms: boolean,
): Partial<WeightReport> {
  if (written instanceof Float32Array) return { error: measureError(original, written) };
  const error = measureTensor(original, written);
  if (!withHistograms) return { error };
  const ranges = sliceRanges(original, sliceLayout(written.shape, written.slicing), 'weight');
  return { error, histogram: histogramOf(original, written, ranges) };
}
