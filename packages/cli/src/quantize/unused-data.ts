import type { QuantizeOptions } from '../commands/quantize-options.js';
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
