import type { Calibration } from '@lowbit/core';
import { readModel, type OnnxPort } from '@lowbit/onnx';

import { inputsFromData, type DataReport } from '../data/inputs-from-data.js';
import { calibrationInputs } from '../model/calibration-inputs.js';
import { interfaceOf } from '../model/model-interface.js';
import type { ProgressStep } from '../output/progress.js';
import type { CalibrationOptions } from '../usage/calibration-options.js';

/** What was seen when the model ran on data, and which data these were. */
export interface Observed {
  readonly calibration: Calibration;
  readonly data: DataReport;
}

/** A model that can be run. */
export interface RunnableModel {
  readonly file: string;
  readonly bytes: Uint8Array;
  readonly port: OnnxPort;
}

/**
 * Runs the model on the data of `--calibrate`, one batch in memory at a time.
 *
 * @throws LowbitError `calibration-invalid`, `runtime-failed`, `aborted`, and as `readCalibration`.
 */
export async function observe(
  { file, bytes, port }: RunnableModel,
  options: CalibrationOptions,
  onProgress: (step: ProgressStep) => void,
  signal: AbortSignal,
): Promise<Observed> {
  const inputs = calibrationInputs(interfaceOf(readModel(bytes, file)).inputs, file);
  const { batches, report } = await inputsFromData(options.calibrate ?? [], options, inputs, signal);
  const calibration = await port.observe!(batches, {
    signal,
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
