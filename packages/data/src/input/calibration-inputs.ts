import { LowbitError } from '@lowbit/core';
import { checkArgument } from '@lowbit/core/adapter';
import { isInput } from './check-options.js';

import type { CalibrationInput } from './options.js';

/** An input as a model declares it. */
interface DeclaredInput {
  readonly name: string;
  readonly type: string;
  /** Sizes, names of symbolic ones, `null` for unknown ones; `null` when the number of axes is unknown. */
  readonly shape: readonly (number | string | null)[] | null;
}

/**
 * The inputs of a model in the form that data are read for.
 *
 * @param where - the model, for errors
 * @throws LowbitError `invalid-argument` when the model does not tell how many axes an input has, or has no input.
 */
export function calibrationInputs(
  inputs: readonly DeclaredInput[],
  where: string,
): readonly CalibrationInput[] {
  checkArgument(Array.isArray(inputs) && inputs.every(isDeclared), inputs, {
    where: 'calibrationInputs: inputs',
    expected: 'the inputs that a model declares: a list of { name, type, shape }',
  });
  if (inputs.length === 0)
    throw new LowbitError({
      code: 'invalid-argument',
      where,
      expected: 'a model with inputs',
      received: 'none',
    });
  return inputs.map(({ name, type, shape }) => {
    if (shape !== null) return { name, type, shape: shape.map((size) => size ?? -1) };
    throw new LowbitError({
      code: 'invalid-argument',
      where: `${where}: input ${name}`,
      expected: 'a known number of axes',
      received: 'an unknown one',
      remedy: 'Export the model with the shapes of its inputs.',
    });
  });
}

function isDeclared(value: unknown): value is DeclaredInput {
  return isInput(value) && (value.shape === null || Array.isArray(value.shape));
}
