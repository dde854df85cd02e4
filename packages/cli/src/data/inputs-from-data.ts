import type { Batch } from '@lowbit/core';
import { takesPixels, type CalibrationInput } from '@lowbit/data';
import { describeData, readBatches } from '@lowbit/data/node';
import type { DataReport } from '@lowbit/report';

import { checkPixelScale } from '../usage/check-pixel-scale.js';
import { calibrationSpec, type CalibrationOptions } from '../usage/calibration-options.js';
import { throwAsUsage } from '../usage/usage-error.js';

/** Data that a model is run on. */
export interface DataInputs {
  readonly batches: AsyncIterable<Batch>;
  readonly report: DataReport;
}

/**
 * Data from paths, one batch in memory at a time.
 *
 * @throws LowbitError as `readBatches`; UsageError for options that do not fit the model.
 */
export async function inputsFromData(
  paths: readonly string[],
  options: CalibrationOptions,
  inputs: readonly CalibrationInput[],
  signal: AbortSignal,
): Promise<DataInputs> {
  const notes: string[] = [];
  if (!inputs.some(({ type }) => takesPixels(type))) checkPixelScale(options);
  const spec = { ...calibrationSpec(options, inputs), onNote: (note: string) => notes.push(note), signal };
  const preparation = await describeData(paths, spec).catch(throwAsUsage);
  return {
    batches: readBatches(paths, spec),
    report: { source: 'data', paths, preparation, notes },
  };
}
