import { LowbitError, type Batch } from '@lowbit/core';

const aBatch = '{ inputs: { name: { shape, data } } }';

/**
 * Checks that what should be batches can be gone through.
 *
 * @throws LowbitError `calibration-invalid` that says what batches are.
 */
export function checkBatches(batches: unknown): void {
  const given = (batches ?? {}) as Partial<Iterable<unknown> & AsyncIterable<unknown>> & { then?: unknown };
  const isSequence = Symbol.iterator in Object(given) || Symbol.asyncIterator in Object(given);
  if (isSequence && typeof batches !== 'string' && !ArrayBuffer.isView(batches)) return;
  const isPromise = typeof given.then === 'function';
  throw invalid('batches', `a list of batches: [${aBatch}]`, wordOf(batches), {
    ...(isPromise ? { remedy: 'Await it first.' } : {}),
    ...('inputs' in Object(given) ? { remedy: 'Put the one batch into a list: [batch].' } : {}),
  });
}

/**
 * Checks that a batch has inputs, each with a shape and data.
 *
 * @throws LowbitError `calibration-invalid` that says what a batch is.
 */
export function checkBatch(batch: unknown): asserts batch is Batch {
  const { inputs } = Object(batch) as { inputs?: unknown };
  const isOther = ArrayBuffer.isView(inputs) || Array.isArray(inputs) || inputs instanceof Map;
  if (typeof inputs !== 'object' || inputs === null || isOther)
    throw invalid('a batch', aBatch, 'inputs' in Object(batch) ? `inputs: ${wordOf(inputs)}` : wordOf(batch));
  for (const [name, input] of Object.entries(inputs)) checkInput(name, input);
}

function checkInput(name: string, input: unknown): void {
  const { shape, data, dims } = Object(input) as Readonly<Record<string, unknown>>;
  const isShape =
    Array.isArray(shape) && shape.every((length) => Number.isSafeInteger(length) && length >= 0);
  if (isShape && typeof Object(data).length === 'number' && typeof data !== 'string') return;
  const remedy = Array.isArray(dims)
    ? { remedy: 'Of a tensor of the runtime: { shape: x.dims, data: x.data }.' }
    : {};
  const received = isShape ? `data: ${wordOf(data)}` : wordOf(input);
  throw invalid(`input '${name}'`, '{ shape, data }: a list of lengths, and a typed array', received, remedy);
}

function invalid(
  where: string,
  expected: string,
  received: string,
  remedy: { remedy?: string } = {},
): LowbitError {
  return new LowbitError({ code: 'calibration-invalid', where, expected, received, ...remedy });
}

function wordOf(value: unknown): string {
  if (typeof value !== 'object' || value === null) return value === undefined ? 'nothing' : typeof value;
  const { name } = value.constructor ?? {};
  if (Array.isArray(value)) return 'a list';
  return name === undefined || name === 'Object'
    ? `an object with ${Object.keys(value).slice(0, 5).join(', ') || 'no members'}`
    : `an object of ${name}`;
}
