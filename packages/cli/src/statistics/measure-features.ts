import { LowbitError, type FeatureSet, type ModelPort } from '@lowbit/core';
import type { CalibrationInput } from '@lowbit/data';
import type { DataReport } from '@lowbit/report';

import { inputsFromData } from '../data/inputs-from-data.js';
import type { ProgressStep } from '../output/progress.js';
import type { CalibrationOptions } from '../usage/calibration-options.js';

/** Features of labelled samples, and which data these were. */
export interface MeasuredFeatures {
  readonly features: FeatureSet;
  readonly data: DataReport;
}

/**
 * Runs the model on the data of `--calibrate` with the classes of `--labels`, for policies that decide by features.
 *
 * @throws LowbitError `calibration-invalid`, `runtime-failed`, `aborted`, and as `readBatches`.
 */
export async function measureFeatures<M>(
  port: ModelPort<M>,
  inputs: readonly CalibrationInput[],
  options: CalibrationOptions,
  onProgress: (step: ProgressStep) => void,
  signal: AbortSignal,
): Promise<MeasuredFeatures> {
  if (port.features === undefined) throw notPossible(port.name);
  const { batches, report } = await inputsFromData(options.calibrate ?? [], options, inputs, signal);
  const features = await port.features(batches, {
    signal,
    onProgress: ({ done, total }) => onProgress({ phase: 'features', done, total }),
  });
  return { features, data: report };
}

function notPossible(port: string): LowbitError {
  return new LowbitError({
    code: 'calibration-invalid',
    where: '--labels',
    expected: 'a model whose layers can be looked at while it runs',
    received: `one of the kind '${port}'`,
    remedy: 'Leave --calibrate and --labels out: the policy then decides without data.',
  });
}
