import { isLowbitError, LowbitError, type Batch, type Problem } from '@lowbit/core';
import { type OutputValues, type RunnableModel, sizeOf } from '@lowbit/core/adapter';

/**
 * What a model gives for a batch, an entry for each of the outputs.
 *
 * @param where What the model is called in errors, so that one knows which of two it is.
 * @throws LowbitError `runtime-failed` when it throws, or gives no values for one of them; one that it throws itself, with the model in front
 *   where it names another place.
 */
export async function runModel(
  model: RunnableModel,
  outputs: RunnableModel['outputs'],
  inputs: Batch['inputs'],
  where: string,
): Promise<readonly OutputValues[]> {
  const result: unknown = await Promise.resolve(inputs)
    .then((given) => model.run(given))
    .catch((cause: unknown) => {
      if (isLowbitError(cause)) throw ofModel(cause, model.name, where);
      throw failed(
        where,
        'a run without an error',
        cause instanceof Error ? cause.message : String(cause),
        cause,
      );
    });
  if (typeof result !== 'object' || result === null)
    throw failed(where, 'an object with the outputs by name', String(result));
  return outputs.map(({ name }) => valuesOf(result as Readonly<Record<string, unknown>>, name, where));
}

function valuesOf(result: Readonly<Record<string, unknown>>, name: string, where: string): OutputValues {
  // Values may be read when they are asked for: they are asked for once.
  const { shape, data } = (result[name] ?? {}) as Partial<OutputValues>;
  const expected = `the output ${name} as { shape, data }`;
  if (!isList(shape) || !isList(data))
    throw failed(where, expected, `the outputs ${Object.keys(result).join(', ') || '(none)'}`);
  if (sizeOf(shape) === data.length) return { shape, data };
  const received = `${data.length} values for the shape [${shape.join(', ')}]`;
  throw failed(where, `${expected}, with as many values as the shape says`, received);
}

function isList<T>(value: T | undefined): value is T & { readonly length: number } {
  return typeof value === 'object' && value !== null && 'length' in value;
}

/** The error with the model's name in its place, where that is not there already. What was cancelled is no model's doing. */
function ofModel(error: LowbitError, name: string, where: string): LowbitError {
  if (error.code === 'aborted' || (name === where && error.where.includes(name))) return error;
  const [first, ...rest] = error.problems.map((problem) => ({
    ...problem,
    where: problem.where.includes(name) ? problem.where.replace(name, where) : `${where}: ${problem.where}`,
  }));
  return new LowbitError([first as Problem, ...rest], { cause: error });
}

function failed(where: string, expected: string, received: string, cause?: unknown): LowbitError {
  const options = cause === undefined ? undefined : { cause };
  return new LowbitError({ code: 'runtime-failed', where, expected, received }, options);
}
