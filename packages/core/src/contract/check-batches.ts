import { checkArgument, remedyFor, type OptionType } from '../errors/check-argument.js';
import { LowbitError } from '../errors/error.js';
import type { Batch } from './model-run.js';
import { indexIn } from './strange-value.js';

/** Batches, as an option and as an argument. */
export const batchesType: OptionType = {
  expected: 'a list of batches, a generator of them, or a stream that nothing else reads',
  fits: (value) => {
    const { [Symbol.iterator]: own, [Symbol.asyncIterator]: later } = Object(value) as Partial<
      Iterable<unknown> & AsyncIterable<unknown>
    >;
    const isOther = typeof value === 'string' || ArrayBuffer.isView(value) || value instanceof Map;
    return !isOther && !isLocked(value) && (typeof own === 'function' || typeof later === 'function');
  },
  remedy(value) {
    if (isLocked(value)) return 'Give a stream of its own, or release the reader that holds this one.';
    const isGenerator = typeof value === 'function' && /Generator/.test(value.constructor.name);
    if (isGenerator) return `Call it: ${value.name || 'batches'}().`;
    return 'A batch is { inputs: { name: { shape: [2, 3], data: [1, 2, 3, 4, 5, 6] } } }, with the values row-major, and batches are a list of them.';
  },
};

/** Whether something else reads from a web stream already. */
const isLocked = (value: unknown) => (Object(value) as { locked?: unknown }).locked === true;

/**
 * Checks that there is something to iterate over.
 *
 * @throws LowbitError `invalid-argument` that says what batches are.
 */
export function checkBatches(value: unknown, where = 'batches'): void {
  const { fits, expected, remedy } = batchesType;
  checkArgument(fits(value), value, { where, expected, ...remedyFor(value, remedy) });
}

/**
 * Passes on batches that something is measured on. What is no batch at all is passed on too: a port says what its model takes.
 *
 * @throws LowbitError `non-finite` for NaN, an infinity and what becomes one in float32, with the number of the batch (from 1), the input
 *   and the index; `calibration-invalid` at the end when no batch had a value; `invalid-argument` as {@link checkBatches}.
 */
export async function* finiteBatches(
  batches: Iterable<Batch> | AsyncIterable<Batch>,
): AsyncGenerator<Batch, void> {
  checkBatches(batches);
  let number = 0;
  let empty: readonly NamedInput[] | undefined;
  let isAllEmpty = true;
  for await (const batch of batches) {
    number++;
    const inputs = Object.entries(Object((Object(batch) as Batch).inputs) as Batch['inputs']).filter(
      isValues,
    );
    for (const [name, input] of inputs) checkValues(`batch ${number}: input '${name}'`, input);
    isAllEmpty &&= inputs.length > 0 && inputs.every(([, { data }]) => data.length === 0);
    empty ??= inputs;
    yield batch;
  }
  if (empty !== undefined && isAllEmpty) throw withoutValues(empty);
}

type Input = Batch['inputs'][string];
type NamedInput = readonly [name: string, Input];

function isValues([, given]: NamedInput): boolean {
  const input = Object(given) as Partial<Input>;
  return Array.isArray(input.shape) && typeof input.data?.length === 'number';
}

function checkValues(where: string, { shape, data }: Input): void {
  for (let i = 0; i < data.length; i++) {
    const value: unknown = data[i];
    if (typeof value !== 'number' || Number.isFinite(Math.fround(value))) continue;
    throw new LowbitError({
      code: 'non-finite',
      where: `${where}, at [${indexIn(shape, i).join(', ')}]`,
      expected: 'finite values',
      received: Number.isFinite(value) ? `${value}, which is infinite in float32` : String(value),
      remedy: 'Remove this sample, or give a finite number in place of this value.',
    });
  }
}

function withoutValues(inputs: readonly NamedInput[]): LowbitError {
  return new LowbitError({
    code: 'calibration-invalid',
    where: 'batches',
    expected: 'batches with values',
    received: `empty ones, the first with ${inputs.map(([name, { shape }]) => `input '${name}' of shape [${shape.join(', ')}]`).join(', ')}`,
    remedy: 'Give at least one sample.',
  });
}
