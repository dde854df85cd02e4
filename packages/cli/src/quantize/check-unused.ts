import { stat } from 'node:fs/promises';

import type { CalibrationInput } from '@lowbit/data';
import { fileError } from '@lowbit/data/node';

import { inputsFromData } from '../data/inputs-from-data.js';
import type { CalibrationOptions } from '../usage/calibration-options.js';

/**
 * Checks data that nothing is observed on: a path that leads nowhere, or a scale of pixels that is not ours, is as wrong as where
 * they are read.
 *
 * @throws LowbitError as `inputsFromData`, `file-missing`, `file-unreadable`.
 */
export async function checkUnused(
  options: CalibrationOptions,
  inputs: () => readonly CalibrationInput[],
  signal: AbortSignal,
): Promise<void> {
  const { calibrate, labels } = options;
  if (calibrate === undefined) return;
  await inputsFromData(calibrate, options, inputs(), signal);
  if (labels === undefined) return;
  await stat(labels).catch((error: unknown) => {
    throw fileError(error, labels, 'read');
  });
}
