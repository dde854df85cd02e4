import { elementsOf } from './elements.js';
import { invalidArgument } from './invalid.js';
import { isFixed, type CalibrationSpec } from './spec.js';

/** @throws LowbitError `invalid-argument`, or `calibration-invalid` for a type that no reader can give. */
export function checkSpec(paths: readonly string[], spec: CalibrationSpec): void {
  if (paths.length === 0) throw invalidArgument('calibration data', { expected: 'paths', received: 'none' });
  if (spec.inputs.length === 0) {
    throw invalidArgument('calibration data', { expected: 'a model with inputs', received: 'none' });
  }
  for (const name of ['limit', 'batchSize'] as const) {
    const value = spec[name];
    if (value !== undefined && !(Number.isSafeInteger(value) && value > 0)) {
      throw invalidArgument(name, { expected: 'a whole number above 0', received: `${value}` });
    }
  }
  for (const input of spec.inputs) {
    elementsOf(input);
    const [axis] = input.shape;
    if (spec.batchSize !== undefined && isFixed(axis) && axis !== spec.batchSize) {
      throw invalidArgument('batchSize', {
        expected: `${axis}, as the input ${input.name} of the model is made for`,
        received: `${spec.batchSize}`,
        remedy: 'Leave the batch size away.',
      });
    }
  }
}
