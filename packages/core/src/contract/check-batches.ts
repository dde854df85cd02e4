import { checkArgument, type OptionType } from '../errors/check-argument.js';

/** Batches, as an option and as an argument. */
export const batchesType: OptionType = {
  expected: 'a list of batches, or a generator of them',
  fits: (value) => {
    const { [Symbol.iterator]: own, [Symbol.asyncIterator]: later } = Object(value) as Partial<
      Iterable<unknown> & AsyncIterable<unknown>
    >;
    const isOther = typeof value === 'string' || ArrayBuffer.isView(value) || value instanceof Map;
    return !isOther && (typeof own === 'function' || typeof later === 'function');
  },
  remedy:
    'A batch is { inputs: { name: { shape: [2, 3], data: [1, 2, 3, 4, 5, 6] } } }, with the values row-major, and batches are a list of them.',
};

/**
 * Checks that there is something to iterate over.
 *
 * @throws LowbitError `invalid-argument` that says what batches are.
 */
export function checkBatches(value: unknown, where = 'batches'): void {
  checkArgument(batchesType.fits(value), value, { where, ...batchesType });
}
