import type { CandidateChoice, JointEffect, Measurements } from '../contract/measurements.js';

/** Whether two choices are the same for every weight. */
export function isSameChoice(one: CandidateChoice, other: CandidateChoice): boolean {
  const ids = Object.keys(one);
  return ids.length === Object.keys(other).length && ids.every((id) => one[id] === other[id]);
}

/** What is known of choices: what was measured of a result stands in the place of what was measured before it was written. */
export const latestOf = (joint: readonly JointEffect[]): readonly JointEffect[] => {
  const results = joint.filter(({ ofResult }) => ofResult === true);
  const isOfResult = ({ choice }: JointEffect) => results.some((one) => isSameChoice(one.choice, choice));
  return joint.filter((one) => one.ofResult === true || !isOfResult(one));
};

/** Standard errors of a difference that are more than chance. A sole sample that tells all makes 1. */
const clear = 1.5;

/**
 * Whether a choice loses less than another by more than what samples differ by chance. Of many choices one always looks better on the few
 * samples that there are, by errors of weights that happen to cancel there, and is not on others. Where parts of the samples are not known,
 * the sole numbers count.
 */
export function isClearlyBetter(
  one: Pick<JointEffect, 'effect' | 'parts'>,
  than: Pick<JointEffect, 'effect' | 'parts'>,
): boolean {
  const [a, b] = [one.parts, than.parts];
  if (a === undefined || b === undefined || a.length !== b.length) return one.effect < than.effect;
  const gains = b.map((part, i) => part - a[i]);
  const sum = gains.reduce((all, gain) => all + gain, 0);
  const mean = sum / gains.length;
  const squares = gains.reduce((all, gain) => all + (gain - mean) ** 2, 0);
  return sum > clear * Math.sqrt((gains.length / (gains.length - 1)) * squares);
}

/** Half a decibel. */
const farther = 1.12;

/**
 * Whether a choice that leaves room is to be taken in place of one that does not: more bytes make outputs worse then, by more than chance and by
 * more than little.
 */
export const isBetterByFar = (
  one: Pick<JointEffect, 'effect' | 'parts'>,
  than: Pick<JointEffect, 'effect' | 'parts'>,
): boolean => than.effect > farther * one.effect && isClearlyBetter(one, than);

/** No measurements yet. */
export const nothingMeasured = (port: string): Measurements => ({
  format: 'lowbit-measurements',
  version: 1,
  port,
  items: [],
  joint: [],
  written: [],
});
