import { checkHas, checkNumbers } from '../errors/check-kinds.js';
import { wordValue } from '../errors/word-value.js';

/** A value among numbers that is none, with its place and what to do. */
export interface StrangeValue {
  /** `[1, 0]`, along each axis. */
  readonly place: string;
  readonly received: string;
  readonly remedy: string;
}

/**
 * The first value of an input, or of labels, that is no number: JavaScript would make one of a text or of null without a word. True and
 * false are 1 and 0.
 *
 * @param integers Whether integers of 64 bits (bigint) are taken.
 */
export function strangeValue(
  data: ArrayLike<unknown>,
  shape: readonly number[],
  integers = false,
): StrangeValue | undefined {
  checkHas(data, ['length'], 'strangeValue(data, shape)', 'values in a list or a typed array');
  checkNumbers(shape, 'strangeValue(data, shape)');
  const index = firstStranger(data, integers ? ['number', 'boolean', 'bigint'] : ['number', 'boolean']);
  if (index < 0) return undefined;
  const value = data[index];
  return {
    place: `[${indexIn(shape, index).join(', ')}]`,
    received: wordValue(value),
    remedy: remedyFor(value),
  };
}

/** A typed array holds values of one type. */
function firstStranger(data: ArrayLike<unknown>, taken: readonly string[]): number {
  const count = ArrayBuffer.isView(data) ? Math.min(data.length, 1) : data.length;
  for (let i = 0; i < count; i++) if (!taken.includes(typeof data[i])) return i;
  return -1;
}

function remedyFor(value: unknown): string {
  if (typeof value === 'string') return 'Make numbers of texts first: data.map(Number).';
  if (typeof value === 'bigint')
    return 'Make numbers of integers of 64 bits first: Array.from(data, Number).';
  if (Array.isArray(value) || ArrayBuffer.isView(value))
    return 'Give the values row-major in one list: data.flat(Infinity).';
  return 'Give a number in its place.';
}

/** The place along each axis of the value at a flat index, row-major. */
export function indexIn(shape: readonly number[], flat: number): number[] {
  let rest = flat;
  return shape
    .toReversed()
    .map((length) => {
      const at = rest % length;
      rest = Math.floor(rest / length);
      return at;
    })
    .toReversed();
}
