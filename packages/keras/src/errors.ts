import { isLowbitError, LowbitError } from '@lowbit/core';
import { defined } from '@lowbit/core/adapter';

/** The error for a file whose content contradicts itself. */
export function malformed(
  where: string,
  expected: string,
  received: string,
  remedy = 'Save the model again with Keras.',
  cause?: unknown,
): LowbitError {
  const problem = { code: 'model-malformed', where, expected, received, remedy } as const;
  return new LowbitError(problem, cause === undefined ? undefined : { cause });
}

/** The error for a file without bytes. */
export function empty(where: string): LowbitError {
  const remedy = 'The download or export probably failed: repeat it and look at the size of the file.';
  return new LowbitError({
    code: 'model-empty',
    where,
    expected: 'a model of Keras',
    received: '0 bytes',
    remedy,
  });
}

/** The error for a layer that cannot be represented. */
export function unsupported(where: string, received: string, remedy: string): LowbitError {
  return new LowbitError({
    code: 'layer-unsupported',
    where,
    expected: 'a layer of Keras that lowbit knows',
    // It may hold a text of the file, of any length.
    received: received.slice(0, 300),
    remedy,
  });
}

/** The error for weights that are not those of the topology. */
export function mismatch(
  where: string,
  expected: string,
  received: string,
  remedy = 'Give the weights that were saved from this very model, by the same version of Keras.',
): LowbitError {
  return new LowbitError({ code: 'weights-mismatch', where, expected, received, remedy });
}

/** What is wrong with an archive, which `@lowbit/data` words for calibration data, as an error of a model. */
export function asModelError(error: unknown): unknown {
  if (!isLowbitError(error) || error.code !== 'calibration-invalid') return error;
  const { where, expected, received, remedy } = error;
  const problem = { code: 'model-malformed', where, ...defined({ expected, received, remedy }) } as const;
  return new LowbitError(problem, { cause: error.cause });
}

/** The error for a graph that breaks a rule of Keras. */
export function graphInvalid(where: string, expected: string, received: string): LowbitError {
  const remedy = 'Save the model again with Keras: its topology was edited or is damaged.';
  return new LowbitError({ code: 'graph-invalid', where, expected, received, remedy });
}

/** The error for what a hook of the user's does or gives. */
export function hookInvalid(where: string, expected: string, received: string, cause?: unknown): LowbitError {
  const remedy =
    'Let the function return { className, config, weights, outputShape }, with the class and the settings of a layer that computes the same.';
  const problem = {
    code: 'invalid-argument',
    where: `${where}: customLayers or lambdas`,
    expected,
    received,
    remedy,
  } as const;
  return new LowbitError(problem, cause === undefined ? undefined : { cause });
}
