import type { MeasuredCandidate } from '../contract/measurements.js';
import { familyOf, widthOf } from './measured-bytes.js';

/** What distinguishes candidates whose effects are the same: too little to count against effects. */
const tieBreak = 1e-6;

/**
 * Losses by candidate. Within a family they do not rise with bits: where measured ones do, by chance, neighbours share their mean. What
 * is left of the difference is the error of the weight.
 */
export function fallingLosses(
  all: readonly MeasuredCandidate[],
  isMeasured: boolean,
): ReadonlyMap<string, number> {
  const families = new Map<string, MeasuredCandidate[]>();
  for (const known of all) {
    const family = familyOf(known.candidate);
    families.set(family, [...(families.get(family) ?? []), known]);
  }
  const lossOf = ({ effect = 0, weightError }: MeasuredCandidate) => (isMeasured ? effect : weightError);
  const mostLoss = Math.max(0, ...all.map(lossOf));
  const mostError = Math.max(0, ...all.map(({ weightError }) => weightError));
  const small = (tieBreak * (mostLoss || Number.MIN_VALUE)) / (mostError || 1);
  return new Map(
    [...families.values()].flatMap((family) => {
      const ordered = [...family].sort((a, b) => widthOf(a) - widthOf(b));
      const pooled = pooledFalling(ordered.map(lossOf));
      return ordered.map(
        ({ candidate, weightError }, i) => [candidate, pooled[i] + small * weightError] as const,
      );
    }),
  );
}

/** The values that do not rise and are nearest to these in the sum of squares: neighbours that rise share their mean. */
export function pooledFalling(values: readonly number[]): readonly number[] {
  const blocks: { sum: number; count: number }[] = [];
  const mean = ({ sum, count }: { sum: number; count: number }) => sum / count;
  for (const value of values) {
    let last = { sum: value, count: 1 };
    for (
      let before = blocks.at(-1);
      before !== undefined && mean(before) < mean(last);
      before = blocks.at(-1)
    ) {
      last = { sum: before.sum + last.sum, count: before.count + last.count };
      blocks.pop();
    }
    blocks.push(last);
  }
  return blocks.flatMap((block) => new Array<number>(block.count).fill(mean(block)));
}
