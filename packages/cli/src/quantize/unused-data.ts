import type { Report } from '@lowbit/core';
import { fileError } from '@lowbit/data/node';
import { stat } from 'node:fs/promises';
import type { QuantizeOptions } from '../usage/quantize-options.js';
import type { QuantizedPort } from './quantize-port.js';

/** The warnings, what they tell of data in the words of the options, and what became of a file that was to be written of them. */
export function dataWarnings(
  warnings: readonly string[],
  { saveCalibration }: Pick<QuantizeOptions, 'saveCalibration'>,
  { calibration, features }: QuantizedPort<unknown>['statistics'],
): readonly string[] {
  const ofData = warnings.filter((warning) => warning.startsWith('data: '));
  const others = warnings.filter((warning) => !ofData.includes(warning));
  if (calibration !== undefined) return others;
  const why = 'no layer of the plan takes quantized activations';
  return [
    ...others,
    ...(features === undefined ? ofData.map((warning) => warning.replace('data', '--calibrate')) : []),
    ...(saveCalibration === undefined
      ? []
      : [`--save-calibration: ${saveCalibration} was not written, since ${why}`]),
  ];
}

/** That activations were asked for and nothing takes them, where the data do not tell it. */
export function unusedActivations(
  { activations: quantized, warnings }: Report,
  { activations }: Pick<QuantizeOptions, 'activations'>,
): readonly string[] {
  const told = activations === undefined || warnings.some((warning) => warning.startsWith('data: '));
  if (told || quantized?.length !== 0) return [];
  return [
    '--activations: no layer of the plan takes quantized ones (where integers were asked for, each weight says why): weights alone are quantized',
  ];
}

/**
 * Checks labels of data that nothing is measured on: a path that leads nowhere is as wrong as where they are read.
 *
 * @throws LowbitError `file-missing`, `file-unreadable`.
 */
export async function checkLabels({ labels }: Pick<QuantizeOptions, 'labels'>): Promise<void> {
  if (labels === undefined) return;
  await stat(labels).catch((error: unknown) => {
    throw fileError(error, labels, 'read');
  });
}
