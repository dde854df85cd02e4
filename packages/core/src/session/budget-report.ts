import type { BudgetReport, MissedResult } from '../contract/budget-report.js';
import { defined } from '../contract/defined.js';
import type { CandidateChoice, JointEffect, Measurements } from '../contract/measurements.js';
import type { BudgetTerms } from '../contract/policy.js';
import { isSameChoice } from '../policy/known.js';
import { holds } from '../policy/limits.js';
import { chosenOf, furtherStep } from './further-step.js';

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
  const isSmallest = smallest !== undefined && isSameChoice(choice, smallest);
  return {
    limits: defined({ bytes, averageBits, maxLoss, minSqnr }),
    choice,
    predicted,
    ...(terms.effects && effect === undefined ? { unverified: true as const } : {}),
    ...defined({ effect, measured: known && withoutChoice(known), bytes: own, leastBytes: sizeOf(smallest) }),
    ...defined({ missed: own === undefined ? undefined : missedBelow(own, measurements, terms) }),
    ...defined({ step: furtherStep(choice, measurements, terms, { own, isSmallest }), separability }),
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
