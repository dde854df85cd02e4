import { calibrationInputs, imagePreparation, resolveShapes } from '@lowbit/data';
import type { ModelValue } from 'lowbit/browser';

/** Whether a picture can be the whole input of a model. */
export function takesPictures(values: readonly ModelValue[], file: string): boolean {
  try {
    const inputs = calibrationInputs(values, file);
    const { shapes } = resolveShapes(inputs, new Map());
    imagePreparation({ inputs: inputs.map((input) => ({ ...input, shape: shapes.get(input.name) ?? [] })) });
    return true;
  } catch {
    return false;
  }
}
