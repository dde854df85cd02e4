import type { BudgetReport, FurtherStep, MissedResult } from '../contract/budget-report.js';
import { defined } from '../contract/defined.js';
import type {
  CandidateChoice,
  JointEffect,
  MeasuredCandidate,
  MeasuredItem,
  Measurements,
} from '../contract/measurements.js';
import type { BudgetTerms } from '../contract/policy.js';
import { bytesBeside } from '../policy/measured-bytes.js';
import { isSameChoice } from '../policy/known.js';
import { holds } from '../policy/limits.js';

/** What became of a budget for which this was chosen. */
export function budgetReport(
  choice: CandidateChoice,
  measurements: Measurements,
  terms: BudgetTerms,
  smallest: CandidateChoice | undefined,
): BudgetReport {
  const { joint, written, effect, separability } = measurements;
  const { bytes, averageBits, maxLoss, minSqnr } = terms;
  const predicted = predictedEffect(choice, measurements);
  const known = joint.find((one) => isSameChoice(one.choice, choice));
  const sizeOf = (wanted: CandidateChoice | undefined) =>
    wanted && written.findLast((one) => isSameChoice(one.choice, wanted))?.bytes;
  const own = sizeOf(choice);
  return {
    limits: defined({ bytes, averageBits, maxLoss, minSqnr }),
    choice,
    predicted,
    ...(terms.effects && effect === undefined ? { unverified: true as const } : {}),
    ...defined({ effect, measured: known && withoutChoice(known), bytes: own, leastBytes: sizeOf(smallest) }),
    ...defined({ missed: own === undefined ? undefined : missedBelow(own, measurements, terms) }),
    ...defined({ step: furtherStep(choice, measurements, terms, own), separability }),
  };
}

/** The largest result below a size that does not keep the limits of quality. */
function missedBelow(
  own: number,
  { joint, written }: Measurements,
  terms: BudgetTerms,
): MissedResult | undefined {
  const missed = joint.filter((one) => one.ofResult === true && !holds(one, terms));
  const sized = missed.flatMap(({ choice, sqnrDb, loss }) => {
    const bytes = written.findLast((one) => isSameChoice(one.choice, choice))?.bytes ?? own;
    return bytes < own ? [{ bytes, ...defined({ sqnrDb, loss }) }] : [];
  });
  return sized.sort((a, b) => b.bytes - a.bytes)[0];
}

/** Sum of the effects of single weights, or of their errors where effects are not known. */
export const predictedEffect = (choice: CandidateChoice, { items, effect }: Measurements): number =>
  items
    .map((item) => chosenOf(item, choice))
    .reduce((sum, own) => sum + (effect === undefined ? (own?.weightError ?? 0) : (own?.effect ?? 0)), 0);

function withoutChoice({
  effect,
  sqnrDb,
  loss,
  ofResult,
  samples,
}: JointEffect): Omit<JointEffect, 'choice'> {
  return { effect, ...defined({ sqnrDb, loss, ofResult, samples }) };
}

const chosenOf = (
  { ids, candidates }: MeasuredItem,
  choice: CandidateChoice,
): MeasuredCandidate | undefined => candidates.find(({ candidate }) => candidate === choice[ids[0]]);

/**
 * The cheapest change of one item that takes more bytes for more bits, or for parameters that lose less; where bits may not rise with depth one that
 * keeps to it.
 */
function furtherStep(
  choice: CandidateChoice,
  measurements: Measurements,
  { decreasing = false }: BudgetTerms,
  written: number | undefined,
): FurtherStep | undefined {
  const { items } = measurements;
  const chosen = items.map((item) => chosenOf(item, choice));
  const lossOf = (known: MeasuredCandidate) =>
    (measurements.effect === undefined ? known.weightError : known.effect) ?? 0;
  const now =
    written ?? chosen.reduce((sum, own) => sum + (own?.storedBytes ?? 0), bytesBeside(measurements));
  const steps = items.flatMap(({ ids, candidates }, i) => {
    const own = chosen[i];
    if (own === undefined) return [];
    // What has no choice is no bound.
    const before = items.findLastIndex((item, at) => at < i && item.candidates.length > 1);
    const most = decreasing && before >= 0 ? widthOf(chosen[before]) : Infinity;
    return candidates
      .filter((to) => to.storedBytes > own.storedBytes && widthOf(to) <= most)
      .filter(
        (to) => widthOf(to) > widthOf(own) || (widthOf(to) === widthOf(own) && lossOf(to) < lossOf(own)),
      )
      .map((to) => ({
        ids,
        from: own.candidate,
        to: to.candidate,
        bytes: now + to.storedBytes - own.storedBytes,
      }));
  });
  return steps.sort((a, b) => a.bytes - b.bytes)[0];
}

const widthOf = (known: Pick<MeasuredCandidate, 'bits'> | undefined): number =>
  known === undefined || known.bits === 'float' ? Infinity : known.bits;
