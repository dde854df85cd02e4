import type { Calibration, ModelPort, ObserveOptions, PlannedWork } from '@lowbit/core';
import type { CalibrationInput } from '@lowbit/data';
import type { DataReport } from '@lowbit/report';
import { inputsFromData } from '../data/inputs-from-data.js';
import type { ProgressStep } from '../output/progress.js';
import type { CalibrationOptions } from '../usage/calibration-options.js';

/** What was seen when the model ran on data, and which data these were. */
interface Observed {
  readonly calibration: Calibration;
  readonly data: DataReport;
}

/**
 * Runs the model on the data of `--calibrate`, one batch in memory at a time.
 *
 * @throws LowbitError `calibration-invalid`, `runtime-failed`, `aborted`, and as `readBatches`.
 */
export async function observe<M>(
  port: ModelPort<M>,
  inputs: readonly CalibrationInput[],
  options: CalibrationOptions & Pick<ObserveOptions, 'statistics'>,
  onProgress: (step: ProgressStep) => void,
  signal: AbortSignal,
): Promise<Observed> {
  const { batches, report } = await inputsFromData(options.calibrate ?? [], options, inputs, signal);
  const calibration = await port.observe!(batches, {
    signal,
    statistics: options.statistics ?? 'all',
    onProgress: ({ done, total, id }) =>
      onProgress({ phase: 'observe', done, total, ...(id === undefined ? {} : { id }) }),
  });
  return { calibration, data: { ...report, notes: [...report.notes, ...nonFiniteNotes(calibration)] } };
}

function nonFiniteNotes({ sites }: Calibration): readonly string[] {
  return Object.entries(sites)
    .filter(([, { nonFinite }]) => nonFinite > 0)
    .map(([id, { nonFinite }]) => `${nonFinite} values of ${id} were NaN or infinite and are left out.`);
}

/** What the plan's quantizers of activations are fitted to; `none` where all of them measure on every run. */
export function neededStatistics({ plan, registry }: PlannedWork): 'none' | 'ranges' | 'all' {
  const methods = (plan.activations ?? [])
    .map(({ quantizer }) => registry.find('quantizer', quantizer.name))
    .filter((method) => !method?.dynamic);
  if (methods.length === 0) return 'none';
  return methods.every((method) => method?.needs === 'ranges') ? 'ranges' : 'all';
}
