import { range } from '../numeric/statistics.js';
import { checkImportance } from './importance.js';
import { cumulate, type WeightedPoints } from './weighted-points.js';

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
