import type { Batch } from '@lowbit/core';
import type { CalibrationInput } from '@lowbit/data';
import { describeData, readCalibration } from '@lowbit/data/node';

import { checkPixelScale } from '../usage/check-pixel-scale.js';
import { calibrationSpec, type CalibrationOptions } from '../usage/calibration-options.js';
import { throwAsUsage } from '../usage/usage-error.js';

/** Which data a model is run on, said as data. */
export interface DataReport {
  readonly source: 'data';
  readonly paths: readonly string[];
  /** What was done to pictures. */
  readonly preparation: readonly string[];
  /** What was left out or reused; filled while the data are read. */
  readonly notes: readonly string[];
}

/** Data that a model is run on. */
export interface DataInputs {
  readonly batches: AsyncIterable<Batch>;
  readonly report: DataReport;
}

/**
 * Data from paths, one batch in memory at a time.
 *
 * @throws LowbitError as `readCalibration`; UsageError for options that do not fit the model.
 */
export async function inputsFromData(
  paths: readonly string[],
  options: CalibrationOptions,
  inputs: readonly CalibrationInput[],
  signal: AbortSignal,
): Promise<DataInputs> {
  const notes: string[] = [];
  if (inputs.every(({ type }) => type !== 'uint8')) checkPixelScale(options);
  const spec = { ...calibrationSpec(options, inputs), onNote: (note: string) => notes.push(note) };
  const preparation = await describeData(paths, spec, signal).catch(throwAsUsage);
  return {
    batches: readCalibration(paths, spec, signal),
    report: { source: 'data', paths, preparation, notes },
  };
}
