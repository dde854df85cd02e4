import { type Batch, LowbitError } from '@lowbit/core';
import { strangeValue, suggestName } from '@lowbit/core/adapter';

const remedy =
  'A batch is { inputs: { name: { shape: [2, 3], data: [1, 2, 3, 4, 5, 6] } } }, with the values row-major, and batches are a list of them.';

/**
 * Checks that a batch has the model's inputs, and no others. One input of a model that has one may have any name.
 *
 * @throws LowbitError `invalid-argument`, with the name that was probably meant.
 */
export function checkBatch(batch: unknown, names: readonly string[]): void {
  const { inputs } = Object(batch) as Partial<Batch>;
  if (typeof inputs !== 'object' || inputs === null)
    throw invalid('a batch', 'an object with the member inputs', kindOf(batch), { remedy });
  const given = Object.keys(inputs);
  const missing = names.filter((name) => !Object.hasOwn(inputs, name));
  const [unknown] = given.filter((name) => !names.includes(name));
  const isOne = names.length === 1 && given.length === 1;
  if (!isOne && (missing.length > 0 || unknown !== undefined)) {
    const suggestion =
      unknown === undefined ? {} : suggestName(unknown, missing.length > 0 ? missing : names);
    throw invalid('a batch', `the inputs ${names.join(', ')}`, given.join(', ') || 'none', suggestion);
  }
  for (const [name, value] of Object.entries(inputs) as [string, unknown][]) checkInput(name, value);
}

/** A tensor has a shape too, but no values that could be read at once. */
function checkInput(name: string, value: unknown): void {
  const { shape, data } = Object(value) as { shape?: unknown; data?: { length?: unknown } };
  if (Array.isArray(shape) && typeof data === 'object' && typeof data?.length === 'number')
    return checkNumbers(data as ArrayLike<unknown>, shape as number[], `batch: input '${name}'`);
  throw invalid(`batch: input '${name}'`, 'an object { shape, data }', kindOf(value), {
    remedy:
      typeof data === 'function' ? 'Of a tensor that is { shape: x.shape, data: await x.data() }.' : remedy,
  });
}

/** @throws LowbitError `invalid-argument` for text and whatever else is no number, with its place. */
function checkNumbers(data: ArrayLike<unknown>, shape: readonly number[], where: string): void {
  const strange = strangeValue(data, shape);
  if (strange === undefined) return;
  const { place, received, remedy } = strange;
  throw invalid(`${where}, at ${place}`, 'numbers', received, { remedy });
}

function kindOf(value: unknown): string {
  if (typeof value !== 'object' || value === null) return String(value);
  const { name = 'Object' } = value.constructor ?? {};
  if (name !== 'Object') return `an object of ${name}`;
  return `an object with ${Object.keys(value).slice(0, 5).join(', ') || 'no member'}`;
}

function invalid(
  where: string,
  expected: string,
  received: string,
  told: { readonly remedy?: string },
): LowbitError {
  return new LowbitError({ code: 'invalid-argument', where, expected, received, ...told });
}
