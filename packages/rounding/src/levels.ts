import { levelsOf, levelValue, sliceParameters, type Scheme } from '@lowbit/core/method';

/** The levels of the slices of a scheme by rank: rank 0 is the lowest of its slice. */
export interface Levels {
  /** Levels of a slice; some of them may be equal. */
  readonly count: number;
  value(rank: number, slice: number): number;
  /** The rank of the level that is nearest to x; of two that are, the lower one. */
  nearest(x: number, slice: number): number;
  code(rank: number, slice: number): number;
  rank(code: number, slice: number): number;
}

/** The levels of a scheme of any kind. */
export function levelsIn(scheme: Scheme): Levels {
  const count = levelsOf(scheme);
  const valueOf = cached((slice: number) => levelValue(sliceParameters(scheme, slice)));
  const value = (code: number, slice: number) => valueOf(slice)(code);
  if (scheme.kind === 'residual') return sortedLevels(count, value);
  const same = (rank: number) => rank;
  return { count, value, code: same, rank: same, nearest: nearestAmong(count, value) };
}

/** Codes of sums of signs ascend in no order: they are sorted by what they stand for. */
function sortedLevels(count: number, value: Levels['value']): Levels {
  const codesOf = cached((slice: number) =>
    Uint16Array.from({ length: count }, (_, code) => code).sort(
      (a, b) => value(a, slice) - value(b, slice) || a - b,
    ),
  );
  const code = (rank: number, slice: number) => codesOf(slice)[rank] as number;
  const byRank = (rank: number, slice: number) => value(code(rank, slice), slice);
  return {
    count,
    value: byRank,
    code,
    rank: (own, slice) => codesOf(slice).indexOf(own),
    nearest: nearestAmong(count, byRank),
  };
}

/** By bisection, as values ascend with their rank. */
function nearestAmong(count: number, value: Levels['value']): Levels['nearest'] {
  return (x, slice) => {
    let low = 0;
    let high = count - 1;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (value(middle, slice) < x) low = middle + 1;
      else high = middle;
    }
    return low > 0 && x - value(low - 1, slice) <= value(low, slice) - x ? low - 1 : low;
  };
}

/** What is made for each slice, once. */
function cached<T>(make: (slice: number) => T): (slice: number) => T {
  const made: T[] = [];
  return (slice) => (made[slice] ??= make(slice));
}
