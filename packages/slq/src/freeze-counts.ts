import { LowbitError } from '@lowbit/core/method';

/**
 * How many of K clusters are frozen after each round, by default: zero and pairs of signs, the last two pairs in a round
 * each and what comes before shared among three rounds. K = 17 gives the paper's 5, 9, 13, 15, 17; K = 9: 3, 5, 7, 9; K =
 * 5: 3, 5; K = 3: 1, 3. An even K has one cluster more in its last round.
 */
export function defaultCounts(clusters: number): readonly number[] {
  const pairs = Math.floor((clusters - 1) / 2);
  if (pairs < 2) return clusters < 3 ? [clusters] : [1, clusters];
  const early = [0, 1, 2].map((round) => Math.ceil(((round + 1) * (pairs - 2)) / 3));
  const counts = [...early, pairs - 1, pairs].filter((count) => count > 0).map((count) => 2 * count + 1);
  return [...new Set(counts.slice(0, -1)), clusters];
}

/** Throws `unsupported-option` unless the counts are whole numbers from 1 up and ascend. */
export function checkCounts(counts: readonly number[]): void {
  const valid = counts.every((count, i) => Number.isInteger(count) && count > (counts[i - 1] ?? 0));
  if (valid && counts.length > 0) return;
  throw new LowbitError({
    code: 'unsupported-option',
    where: "schedule 'slq': option 'counts'",
    expected: 'ascending whole numbers from 1 up, the last one all clusters',
    received: `[${counts.join(', ')}]`,
  });
}
