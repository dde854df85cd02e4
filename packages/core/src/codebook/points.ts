import { checkNumbers } from '../errors/check-kinds.js';
import { range } from '../numeric/mean-and-range.js';
import { checkImportance } from '../scheme/check-importance.js';
import { cumulate, type WeightedPoints, checkPoints } from './weighted-points.js';

/**
 * Every distinct value as a point, weighted with how often it occurs, or with the sum of its `importance`
 * (one number ≥ 0 a value; values of importance 0 are left out, unless all are). Sorts: n · log n.
 * Throws `invalid-argument` for importance of another length or with a number that is negative or not finite.
 */
export function sortedPoints(values: Float32Array, importance?: Float32Array): WeightedPoints {
  checkNumbers(values, 'sortedPoints(values)');
  if (!checkImportance(values, importance)) return merge(values.slice().sort());
  const order = ascendingOrder(values);
  const ascending = Float32Array.from(order, (index) => values[index] as number);
  const weights = Float64Array.from(order, (index) => importance[index] as number);
  return merge(ascending, weights);
}

/** One point for each run of equal values. Without weights each value counts 1. */
function merge(ascending: Float32Array, weights?: Float64Array): WeightedPoints {
  const values = new Float64Array(ascending.length);
  const merged = new Float64Array(ascending.length);
  let count = 0;
  for (let i = 0; i < ascending.length; i++) {
    const mass = weights === undefined ? 1 : (weights[i] as number);
    if (mass === 0) continue;
    if (count === 0 || values[count - 1] !== ascending[i]) values[count++] = ascending[i] as number;
    merged[count - 1]! += mass;
  }
  return cumulate(values.subarray(0, count), merged.subarray(0, count));
}

/** The indices of the values in ascending order of value; equal values keep their order. −0 stands below 0. */
export function ascendingOrder(values: Float32Array): Uint32Array {
  const keys = sortableBits(values);
  const identity = Uint32Array.from(values, (_, i) => i);
  return sortByDigit(sortByDigit(identity, keys, 0), keys, 16);
}

/** The bits of each float32, changed so that unsigned integers ascend as the floats do. */
function sortableBits(values: Float32Array): Uint32Array {
  const bits = new Uint32Array(values.slice().buffer);
  return bits.map((pattern) => (pattern >>> 31 === 1 ? ~pattern : pattern | 0x80000000));
}

/** One stable pass of a radix sort by the 16 bits of the keys above `shift`. */
function sortByDigit(order: Uint32Array, keys: Uint32Array, shift: number): Uint32Array {
  const ends = new Uint32Array(65537);
  for (const key of keys) ends[((key >>> shift) & 0xffff) + 1]! += 1;
  for (let digit = 1; digit < ends.length; digit++) ends[digit]! += ends[digit - 1] as number;
  const sorted = new Uint32Array(order.length);
  for (const index of order) {
    const digit = ((keys[index] as number) >>> shift) & 0xffff;
    sorted[ends[digit]!++] = index;
  }
  return sorted;
}

/** What is counted in each bin; distances are from the bin's middle. */
interface Bins {
  readonly low: number;
  readonly width: number;
  readonly weight: Float64Array;
  readonly moment: Float64Array;
  readonly square: Float64Array;
}

/**
 * A histogram of `bins` equal bins over the range of the values, as points: each bin that has values becomes
 * one point at their mean. No sorting: linear in the number of values. `hidden` and `blur` of the result say
 * what the bins hide, from which `optimalCodebook` bounds the distance to the exact optimum.
 * Importance as in `sortedPoints`.
 */
export function binnedPoints(
  values: Float32Array,
  { bins = 65_536, importance }: { readonly bins?: number; readonly importance?: Float32Array } = {},
): WeightedPoints {
  return toPoints(countBins(values, bins, checkImportance(values, importance) ? importance : undefined));
}

function countBins(values: Float32Array, count: number, importance: Float32Array | undefined): Bins {
  const { min, max } = range(values);
  const width = (max - min) / count;
  const bins: Bins = {
    low: min,
    width,
    weight: new Float64Array(count),
    moment: new Float64Array(count),
    square: new Float64Array(count),
  };
  const perBin = width === 0 ? 0 : 1 / width;
  for (let i = 0; i < values.length; i++) {
    const value = values[i] as number;
    const bin = Math.min(count - 1, Math.floor((value - min) * perBin));
    const mass = importance === undefined ? 1 : (importance[i] as number);
    const distance = value - middleOf(bins, bin);
    bins.weight[bin]! += mass;
    bins.moment[bin]! += mass * distance;
    bins.square[bin]! += mass * distance * distance;
  }
  return bins;
}

function toPoints(bins: Bins): WeightedPoints {
  const count = bins.weight.length;
  const values = new Float64Array(count);
  const weights = new Float64Array(count);
  let points = 0;
  let hidden = 0;
  let blur = 0;
  for (let bin = 0; bin < count; bin++) {
    const mass = bins.weight[bin] as number;
    if (mass === 0) continue;
    const shift = (bins.moment[bin] as number) / mass;
    const inside = Math.max(0, (bins.square[bin] as number) - shift * shift * mass);
    values[points] = middleOf(bins, bin) + shift;
    weights[points++] = mass;
    hidden += inside;
    blur = Math.max(blur, Math.sqrt(mass * inside));
  }
  return cumulate(values.subarray(0, points), weights.subarray(0, points), { hidden, blur });
}

function middleOf({ low, width }: Bins, bin: number): number {
  return low + (bin + 0.5) * width;
}

/** Up to this many values the optimum is computed on the values themselves. */
const mostSorted = 100_000;

/** The points that `optimalCodebook` takes by default: all values up to 100,000, beyond that a histogram. */
export function codebookPoints(values: Float32Array, importance?: Float32Array): WeightedPoints {
  if (values.length <= mostSorted) return sortedPoints(values, importance);
  return binnedPoints(values, importance === undefined ? {} : { importance });
}

/**
 * `count` points that split the weight evenly: the first is the point at the share 1 / (2 · count) of the
 * weight, each next one a share of 1 / count further. Ascending; points that are heavy may come twice. No
 * points give zeros.
 */
export function quantiles(points: WeightedPoints, count: number): Float64Array {
  checkPoints(points, 'quantiles(points, count)');
  const { values, weight } = points;
  const total = weight[values.length] as number;
  let point = 0;
  return Float64Array.from({ length: count }, (_, i) => {
    const share = ((i + 0.5) / count) * total;
    while (point + 1 < values.length && (weight[point + 1] as number) < share) point++;
    return values[point] ?? 0;
  });
}
