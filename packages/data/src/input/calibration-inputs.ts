import { LowbitError } from '@lowbit/core';
import { checkArgument, defined } from '@lowbit/core/adapter';
import { isInput } from './check-options.js';

import type { CalibrationInput } from './options.js';

/** An input as a model declares it. */
interface DeclaredInput {
  readonly name: string;
  readonly type: string;
  /** Sizes, names of symbolic ones, `null` for unknown ones; `null` when the number of axes is unknown. */
  readonly shape: readonly (number | string | null)[] | null;
  readonly scaledBy?: string;
}

/**
 * The inputs of a model in the form that data are read for.
 *
 * @param where - the model, for errors
 * @throws LowbitError `invalid-argument` when the model does not tell how many axes an input has, has no input, or one that is no tensor of numbers.
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
  return inputs.map(({ name, type, shape, scaledBy }) => {
    const other = /^(sequence|map|optional|sparseTensor)Type$/i.exec(type)?.[1];
    if (other !== undefined) throw noTensor(`${where}: input ${name}`, 'a tensor', other);
    if (type.toLowerCase() === 'string')
      throw noTensor(`${where}: input ${name}`, 'a tensor of numbers', 'strings');
    if (shape !== null)
      return { name, type, shape: shape.map((size) => size ?? -1), ...defined({ scaledBy }) };
    throw new LowbitError({
      code: 'invalid-argument',
      where: `${where}: input ${name}`,
      expected: 'a known number of axes',
      received: 'an unknown one',
      remedy: 'Export the model with the shapes of its inputs.',
    });
  });
}

/** Files of data hold tensors of numbers alone. */
function noTensor(where: string, expected: string, received: string): LowbitError {
  const remedy =
    'Leave data out to quantize weights alone; to run on data, cut out the part of the model that begins behind this input, as onnx.utils.extract_model in Python does, and give what that takes.';
  return new LowbitError({ code: 'invalid-argument', where, expected, received, remedy });
}

function isDeclared(value: unknown): value is DeclaredInput {
  return isInput(value) && (value.shape === null || Array.isArray(value.shape));
}
