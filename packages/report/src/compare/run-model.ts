import { isLowbitError, LowbitError, type Batch } from '@lowbit/core';
import { type OutputValues, type RunnableModel, sizeOf } from '@lowbit/core/adapter';

/**
 * What a model gives for a batch, an entry for each of the outputs.
 *
 * @throws LowbitError `runtime-failed` when it throws, or gives no values for one of them; one that it throws itself.
 */
export async function runModel(
  model: RunnableModel,
  outputs: RunnableModel['outputs'],
  inputs: Batch['inputs'],
): Promise<readonly OutputValues[]> {
  const result: unknown = await Promise.resolve(inputs)
    .then((given) => model.run(given))
    .catch((cause: unknown) => {
      if (isLowbitError(cause)) throw cause;
      throw failed(
        model,
        'a run without an error',
        cause instanceof Error ? cause.message : String(cause),
        cause,
      );
    });
  if (typeof result !== 'object' || result === null)
    throw failed(model, 'an object with the outputs by name', String(result));
  return outputs.map(({ name }) => valuesOf(result as Readonly<Record<string, unknown>>, name, model));
}

function valuesOf(
  result: Readonly<Record<string, unknown>>,
  name: string,
  model: RunnableModel,
): OutputValues {
  // Values may be read when they are asked for: they are asked for once.
  const { shape, data } = (result[name] ?? {}) as Partial<OutputValues>;
  const expected = `the output ${name} as { shape, data }`;
  if (!isList(shape) || !isList(data))
    throw failed(model, expected, `the outputs ${Object.keys(result).join(', ') || '(none)'}`);
  if (sizeOf(shape) === data.length) return { shape, data };
  const received = `${data.length} values for the shape [${shape.join(', ')}]`;
  throw failed(model, `${expected}, with as many values as the shape says`, received);
}

function isList<T>(value: T | undefined): value is T & { readonly length: number } {
  return typeof value === 'object' && value !== null && 'length' in value;
}

function failed({ name }: RunnableModel, expected: string, received: string, cause?: unknown): LowbitError {
  const options = cause === undefined ? undefined : { cause };
  return new LowbitError({ code: 'runtime-failed', where: name, expected, received }, options);
}
