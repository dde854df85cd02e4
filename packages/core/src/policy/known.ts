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

/** No measurements yet. */
export const nothingMeasured = (port: string): Measurements => ({
  format: 'lowbit-measurements',
  version: 1,
  port,
  items: [],
  joint: [],
  written: [],
});
