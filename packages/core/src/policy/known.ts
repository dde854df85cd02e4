import type { CandidateChoice, Measurements } from '../contract/measurements.js';

/** Whether two choices are the same for every weight. */
export function isSameChoice(one: CandidateChoice, other: CandidateChoice): boolean {
  const ids = Object.keys(one);
  return ids.length === Object.keys(other).length && ids.every((id) => one[id] === other[id]);
}

/** No measurements yet. */
export const nothingMeasured = (port: string): Measurements => ({
  format: 'lowbit-measurements',
  version: 1,
  port,
  items: [],
  joint: [],
  written: [],
});
