/** How many decibels smaller the second of two mean squared errors is; 0 where one of them is 0. */
export const decibelsLess = (before: number, after: number): number =>
  before > 0 && after > 0 ? 10 * Math.log10(before / after) : 0;
