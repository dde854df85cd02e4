import { checkHas } from '../errors/check-kinds.js';

/**
 * The values that levels are placed on: distinct points, ascending, each with a weight (how often it occurs,
 * or how much it matters), and the sums that give the mean and the squared error of any run of neighbouring
 * points in constant time. Made by `sortedPoints` (every value) or `binnedPoints` (a histogram).
 */
export interface WeightedPoints {
  readonly values: Float64Array;
  /** Total weight of the first i points; one entry more than there are points. */
  readonly weight: Float64Array;
  /** Σ weight · (value − origin) of the first i points. */
  readonly moment: Float64Array;
  /** Σ weight · (value − origin)² of the first i points. */
  readonly square: Float64Array;
  /** The weighted mean. Sums are taken about it, so that a large mean does not cancel digits. */
  readonly origin: number;
  /** Squared error that the points do not show: of the values about the means of their bins; 0 without bins. */
  readonly hidden: number;
  /** The largest √(weight · hidden error) of one bin, which bounds what splitting bins could win; 0 without. */
  readonly blur: number;
}

const members = ['values', 'weight', 'moment', 'square'];

/** @throws LowbitError `invalid-argument` for what are no points. */
export function checkPoints(value: unknown, where: string): void {
  checkHas(value, members, where, 'weighted points, as sortedPoints gives them');
}

/** Points with their sums. `values` ascend; weights are above 0. */
export function cumulate(
  values: Float64Array,
  weights: Float64Array,
  { hidden = 0, blur = 0 }: { hidden?: number; blur?: number } = {},
): WeightedPoints {
  const count = values.length;
  const origin = weightedMean(values, weights);
  const [weight, moment, square] = [
    new Float64Array(count + 1),
    new Float64Array(count + 1),
    new Float64Array(count + 1),
  ];
  for (let i = 0; i < count; i++) {
    const mass = weights[i] as number;
    const distance = (values[i] as number) - origin;
    weight[i + 1] = (weight[i] as number) + mass;
    moment[i + 1] = (moment[i] as number) + mass * distance;
    square[i + 1] = (square[i] as number) + mass * distance * distance;
  }
  return { values, weight, moment, square, origin, hidden, blur };
}

/** Weighted mean of the points `from` … `to − 1`, of which there is at least one. */
export function meanOf(points: WeightedPoints, from: number, to: number): number {
  const { values, weight, moment, origin } = points;
  if (to === from + 1) return values[from] as number;
  const mass = (weight[to] as number) - (weight[from] as number);
  return origin + ((moment[to] as number) - (moment[from] as number)) / mass;
}

/** Weighted squared distance of the points `from` … `to − 1` to one level. */
export function errorAbout(points: WeightedPoints, level: number, from: number, to: number): number {
  const { weight, moment, square, origin } = points;
  const shift = level - origin;
  const mass = (weight[to] as number) - (weight[from] as number);
  const first = (moment[to] as number) - (moment[from] as number);
  const second = (square[to] as number) - (square[from] as number);
  return second - 2 * shift * first + shift * shift * mass;
}

function weightedMean(values: Float64Array, weights: Float64Array): number {
  let sum = 0;
  let mass = 0;
  for (let i = 0; i < values.length; i++) {
    sum += (values[i] as number) * (weights[i] as number);
    mass += weights[i] as number;
  }
  return mass === 0 ? 0 : sum / mass;
}
