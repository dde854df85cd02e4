import type { OutputValues } from '../contract/runnable-model.js';
import { checkHas, checkList, checkListOf } from '../errors/check-kinds.js';
import { decibels } from './measure.js';

/** What is known about the difference of two outputs, in a form that can be added up. */
export interface DifferenceSums {
  /** Pairs of values that were compared. */
  readonly values: number;
  /** Sum of the squares of the first model's values. */
  readonly signal: number;
  /** Sum of the squared differences. */
  readonly noise: number;
  /** Largest absolute difference. */
  readonly largest: number;
  /** Sum of the absolute differences. */
  readonly absolute: number;
  /** Pairs that differ, of which a value is a text, NaN or infinite; in none of the sums above. */
  readonly nonFinite: number;
}

/** How far the outputs of the second model are from those of the first. */
export interface Difference {
  /** Pairs of values that were compared. */
  readonly values: number;
  /** Whether every pair is equal. */
  readonly exact: boolean;
  /**
   * 10·log₁₀(Σ a² / Σ (a − b)²). `null` when there is no difference; −∞ when all values of the first are 0; NaN when no value
   * could be compared, or those that differ are NaN or infinite. JSON writes `null` for all three: there `exact` tells.
   */
  readonly sqnrDb: number | null;
  /** max |a − b|; `null` when nothing could be compared. */
  readonly largestError: number | null;
  /** Mean of |a − b|; `null` when nothing could be compared. */
  readonly meanError: number | null;
  /** Pairs that differ, of which a value is a text, NaN or infinite; left out of the figures above. */
  readonly nonFinite: number;
}

/** Compares two arrays of equal length. Equal values, two NaN among them, have no difference. */
export function sumDifferences(first: OutputValues['data'], second: OutputValues['data']): DifferenceSums {
  checkList(first, 'sumDifferences: first');
  checkList(second, 'sumDifferences: second');
  let [signal, noise, largest, absolute, nonFinite] = [0, 0, 0, 0, 0];
  for (let i = 0; i < first.length; i++) {
    const [a, error] = valueAndError(first[i] as Value, second[i] as Value);
    if (!Number.isFinite(error)) {
      nonFinite++;
      continue;
    }
    if (Number.isFinite(a)) signal += a * a;
    noise += error * error;
    absolute += error;
    if (error > largest) largest = error;
  }
  return { values: first.length - nonFinite, signal, noise, largest, absolute, nonFinite };
}

const members = ['values', 'signal', 'noise', 'largest', 'absolute', 'nonFinite'] as const;

const isSums = (value: unknown): boolean => members.every((name) => name in (Object(value) as object));

/** The sums over everything that the parts hold. */
export function mergeDifferences(parts: readonly DifferenceSums[]): DifferenceSums {
  checkListOf(isSums, parts, 'mergeDifferences', 'a list of what sumDifferences gives');
  return parts.reduce(
    (all, part) => ({
      values: all.values + part.values,
      signal: all.signal + part.signal,
      noise: all.noise + part.noise,
      largest: Math.max(all.largest, part.largest),
      absolute: all.absolute + part.absolute,
      nonFinite: all.nonFinite + part.nonFinite,
    }),
    { values: 0, signal: 0, noise: 0, largest: 0, absolute: 0, nonFinite: 0 },
  );
}

/** The figures that the sums give. */
export function differenceOf(sums: DifferenceSums): Difference {
  checkHas(sums, members, 'differenceOf', 'what sumDifferences gives');
  const { values, signal, noise, largest, absolute, nonFinite } = sums;
  const exact = values > 0 && largest === 0 && nonFinite === 0;
  return {
    values,
    exact,
    sqnrDb: exact ? null : (decibels(signal, noise) ?? (signal === 0 && noise > 0 ? -Infinity : NaN)),
    largestError: values === 0 ? null : largest,
    meanError: values === 0 ? null : absolute / values,
    nonFinite,
  };
}

type Value = number | bigint | string;

/**
 * The first value, and how far the second is from it; whole numbers of 64 bits are subtracted before they are rounded. Texts that differ are
 * no distance apart that is a number.
 */
function valueAndError(a: Value, b: Value): readonly [value: number, error: number] {
  if (typeof a === 'string' || typeof b === 'string') return [NaN, a === b ? 0 : NaN];
  if (typeof a === 'bigint' && typeof b === 'bigint') return [Number(a), Math.abs(Number(a - b))];
  const [first, second] = [Number(a), Number(b)];
  return [first, isSame(first, second) ? 0 : Math.abs(first - second)];
}

function isSame(a: number, b: number): boolean {
  return a === b || (Number.isNaN(a) && Number.isNaN(b));
}
