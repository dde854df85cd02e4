import { defined } from '../contract/defined.js';
import type { CandidateChoice, Measurements, WrittenSize } from '../contract/measurements.js';
import { isSameChoice } from '../policy/known.js';
import type { WrittenPlan } from './spending.js';

/** Measurements with what a choice takes, as the last that was written. */
export const withWritten = (
  measurements: Measurements,
  { choice, bytes, weightBytes }: WrittenSize,
): Measurements => {
  const others = measurements.written.filter((one) => !isSameChoice(one.choice, choice));
  return { ...measurements, written: [...others, { choice, bytes, ...defined({ weightBytes }) }] };
};

/** Measurements with what the result of a choice does to the outputs. */
export const withResult = (
  measurements: Measurements,
  choice: CandidateChoice,
  judged: NonNullable<WrittenPlan['judged']>,
): Measurements => ({
  ...measurements,
  joint: [
    ...measurements.joint.filter((one) => one.ofResult !== true || !isSameChoice(one.choice, choice)),
    { choice, ...judged, ofResult: true },
  ],
});
