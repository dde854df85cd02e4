import { LowbitError } from '@lowbit/core';
import type { CalibrationInput } from '@lowbit/data';
import type { ModelValue } from '@lowbit/report';

/**
 * The inputs of a model in the form that data are read for.
 *
 * @throws LowbitError `invalid-argument` when the model does not tell how many axes an input has, or has no input.
 */
export function calibrationInputs(inputs: readonly ModelValue[], file: string): readonly CalibrationInput[] {
  if (inputs.length === 0) {
    throw new LowbitError({
      code: 'invalid-argument',
      where: file,
      expected: 'a model with inputs',
      received: 'none',
    });
  }
  return inputs.map(({ name, type, shape }) => {
    if (shape !== null) return { name, type, shape: shape.map((size) => size ?? -1) };
    throw new LowbitError({
      code: 'invalid-argument',
      where: `${file}: input ${name}`,
      expected: 'a known number of axes',
      received: 'an unknown one',
      remedy: 'Export the model with the shapes of its inputs.',
    });
  });
}
