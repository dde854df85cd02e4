import { longestRun, vectorCount } from '../scheme/slice-runs.js';
import { kernels } from '../kernels/kernels.js';
import { range } from '../numeric/mean-and-range.js';
import { levelValue } from '../scheme/decode.js';
import { levelsOf, sliceParameters } from '../scheme/scheme.js';
import type { SliceRanges } from '../scheme/slice-ranges.js';
import type { QuantizedTensor } from '../scheme/types.js';
import type { Histogram } from './report.js';

const bins = 64;
/** Above this number of levels the marks would touch each other. */
const mostLevels = 256;

/** Counts of the original values, with the levels of the slice that has the widest range. */
export function histogramOf(original: Float32Array, tensor: QuantizedTensor, ranges: SliceRanges): Histogram {
  const { min } = range(ranges.min);
  const { max } = range(ranges.max);
  return {
    min,
    max,
    counts: countBins(original, min, max),
    levels: original.length === 0 ? [] : levelsOfSlice(tensor, widestSlice(ranges)),
  };
}

/** The largest value falls on the end of the last bin, into a count of its own. */
const places = bins + 1;

function countBins(values: Float32Array, min: number, max: number): number[] {
  const scale = max > min ? bins / (max - min) : 0;
  const counts = new Int32Array(places);
  for (let i = countVectors(values, min, scale, counts); i < values.length; i++) {
    counts[(((values[i] as number) - min) * scale) | 0]!++;
  }
  const ends = counts[bins] as number;
  return Array.from({ length: bins }, (_, bin) => (counts[bin] as number) + (bin === bins - 1 ? ends : 0));
}

/** Counts as many of the values as the kernels can take; gives how many. */
function countVectors(values: Float32Array, min: number, scale: number, counts: Int32Array): number {
  const vector = kernels();
  const total = vectorCount(values.length);
  if (vector === undefined || total === 0) return 0;
  vector.tables.fill(0, 0, 4 * places);
  for (let from = 0; from < total; from += longestRun) {
    const run = values.subarray(from, Math.min(from + longestRun, total));
    vector.values.set(run);
    vector.loops.countBins(run.length, places, min, scale);
  }
  for (let i = 0; i < 4 * places; i++) counts[i % places]! += vector.tables[i] as number;
  return total;
}

function widestSlice({ min, max }: SliceRanges): number {
  let widest = 0;
  let width = -1;
  for (let s = 0; s < min.length; s++) {
    const own = (max[s] as number) - (min[s] as number);
    if (own <= width) continue;
    width = own;
    widest = s;
  }
  return widest;
}

function levelsOfSlice(tensor: QuantizedTensor, slice: number): number[] {
  const count = levelsOf(tensor.scheme);
  if (count > mostLevels) return [];
  const valueOf = levelValue(sliceParameters(tensor.scheme, slice));
  const levels = Array.from({ length: count }, (_, code) => valueOf(code));
  return [...new Set(levels)].sort((a, b) => a - b);
}
