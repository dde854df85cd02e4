import { decibels } from '@lowbit/core';

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
  /** Pairs that differ, of which a value is NaN or infinite; in none of the sums above. */
  readonly nonFinite: number;
}

/** How far the outputs of the second model are from those of the first. */
export interface Difference {
  /** Pairs of values that were compared. */
  readonly values: number;
  /** Whether every pair is equal. */
  readonly exact: boolean;
  /** 10·log₁₀(Σ a² / Σ (a − b)²); `null` when there is no difference, or no signal. */
  readonly sqnrDb: number | null;
  /** max |a − b|; `null` when nothing could be compared. */
  readonly largestError: number | null;
  /** Mean of |a − b|; `null` when nothing could be compared. */
  readonly meanError: number | null;
  /** Pairs that differ, of which a value is NaN or infinite; left out of the figures above. */
  readonly nonFinite: number;
}

/** Compares two arrays of equal length. Equal values, two NaN among them, have no difference. */
export function sumDifferences(first: ArrayLike<number>, second: ArrayLike<number>): DifferenceSums {
  let [signal, noise, largest, absolute, nonFinite] = [0, 0, 0, 0, 0];
  for (let i = 0; i < first.length; i++) {
    const a = first[i] as number;
    const b = second[i] as number;
    const error = isSame(a, b) ? 0 : Math.abs(a - b);
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

/** The sums over everything that the parts hold. */
export function mergeDifferences(parts: readonly DifferenceSums[]): DifferenceSums {
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
  const { values, signal, noise, largest, absolute, nonFinite } = sums;
  return {
    values,
    exact: values > 0 && largest === 0 && nonFinite === 0,
    sqnrDb: decibels(signal, noise),
    largestError: values === 0 ? null : largest,
    meanError: values === 0 ? null : absolute / values,
    nonFinite,
  };
}

function isSame(a: number, b: number): boolean {
  return a === b || (Number.isNaN(a) && Number.isNaN(b));
}
