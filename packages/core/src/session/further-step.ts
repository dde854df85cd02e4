import type { FurtherStep } from '../contract/budget-report.js';
import type {
  CandidateChoice,
  MeasuredCandidate,
  MeasuredItem,
  Measurements,
  WrittenSize,
} from '../contract/measurements.js';
import type { BudgetTerms } from '../contract/policy.js';
import { isSameChoice } from '../policy/known.js';
import { bytesBeside, widthOf } from '../policy/measured-bytes.js';

/** What was spent. */
interface Spent {
  /** Bytes that were written. */
  readonly own: number | undefined;
  readonly isSmallest: boolean;
}

/**
 * The cheapest change of one item that takes more bytes for more bits, or for parameters that lose less; where bits may not rise with depth one that
 * keeps to it.
 */
export function furtherStep(
  choice: CandidateChoice,
  measurements: Measurements,
  { decreasing = false }: BudgetTerms,
  { own: written, isSmallest }: Spent,
): FurtherStep | undefined {
  const { items } = measurements;
  const chosen = items.map((item) => chosenOf(item, choice));
  const lossOf = (known: MeasuredCandidate) =>
    (measurements.effect === undefined ? known.weightError : known.effect) ?? 0;
  const sum = (all: readonly (MeasuredCandidate | undefined)[]): number =>
    all.reduce((bytes, own) => bytes + (own?.storedBytes ?? 0), 0);
  const beside = ({ bytes, choice: own }: WrittenSize) =>
    bytes - sum(items.map((item) => chosenOf(item, own)));
  // The smallest says less in its plan than all others, of which one may have been written.
  const others = isSmallest ? measurements.written.filter((one) => !isSameChoice(one.choice, choice)) : [];
  const least = sum(chosen) + Math.min(...others.map(beside));
  const now = others.length > 0 ? least : (written ?? sum(chosen) + bytesBeside(measurements));
  const bytesAfter = (ids: readonly string[], to: MeasuredCandidate, added: number): number => {
    const changed = { ...choice, ...Object.fromEntries(ids.map((id) => [id, to.candidate])) };
    return measurements.written.findLast((one) => isSameChoice(one.choice, changed))?.bytes ?? now + added;
  };
  const steps = items.flatMap(({ ids, candidates }, i) => {
    const own = chosen[i];
    if (own === undefined) return [];
    // What has no choice is no bound.
    const before = items.findLastIndex((item, at) => at < i && item.candidates.length > 1);
    const bound = decreasing ? chosen[before] : undefined;
    const most = bound === undefined ? Infinity : widthOf(bound);
    return candidates
      .filter((to) => to.storedBytes > own.storedBytes && widthOf(to) <= most)
      .filter(
        (to) => widthOf(to) > widthOf(own) || (widthOf(to) === widthOf(own) && lossOf(to) < lossOf(own)),
      )
      .map((to) => ({
        ids,
        from: own.candidate,
        to: to.candidate,
        bytes: bytesAfter(ids, to, to.storedBytes - own.storedBytes),
      }));
  });
  return steps.sort((a, b) => a.bytes - b.bytes)[0];
}

/** What an item gets. */
export const chosenOf = (
  { ids, candidates }: MeasuredItem,
  choice: CandidateChoice,
): MeasuredCandidate | undefined => candidates.find(({ candidate }) => candidate === choice[ids[0]]);
