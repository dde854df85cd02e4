import { checkArgument, remedyFor, type OptionType } from '../errors/check-argument.js';

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
