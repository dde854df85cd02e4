import type { CalibrationInput } from '@lowbit/data';
import { fileError } from '@lowbit/data/node';
import { stat } from 'node:fs/promises';
import { inputsFromData } from '../data/inputs-from-data.js';
import type { CalibrationOptions } from '../usage/calibration-options.js';
import type { QuantizeOptions } from '../usage/quantize-options.js';
import type { QuantizedPort } from './quantize-port.js';

/** Warns of data and files that were named for activations, where the model has none that can be quantized. */
export function unusedData(
  { calibrate, saveCalibration }: Pick<QuantizeOptions, 'calibrate' | 'saveCalibration'>,
  { calibration, features }: QuantizedPort<unknown>['statistics'],
): readonly string[] {
  if (calibration !== undefined) return [];
  const why = 'nothing that the model computes can be quantized';
  return [
    ...(calibrate === undefined || features !== undefined
      ? []
      : [`--calibrate: the data were not read, since ${why}`]),
    ...(saveCalibration === undefined
      ? []
      : [`--save-calibration: ${saveCalibration} was not written, since ${why}`]),
  ];
}

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
