import { range } from '../numeric/statistics.js';
import { levelValue } from '../scheme/decode.js';
import { levelsOf, sliceParameters } from '../scheme/scheme.js';
import { sliceLayout } from '../scheme/slicing.js';
import type { QuantizedTensor } from '../scheme/types.js';
import type { Histogram } from './report.js';

const bins = 64;
/** Above this number of levels the marks would touch each other. */
const mostLevels = 256;

/** Counts of the original values, with the levels of the slice that has the widest range. */
export function histogramOf(original: Float32Array, tensor: QuantizedTensor): Histogram {
  const { min, max } = range(original);
  const counts = new Array<number>(bins).fill(0);
  const scale = max > min ? bins / (max - min) : 0;
  for (let i = 0; i < original.length; i++) {
    const bin = Math.min(bins - 1, Math.floor(((original[i] as number) - min) * scale));
    counts[bin] = (counts[bin] as number) + 1;
  }
  return {
    min,
    max,
    counts,
    levels: original.length === 0 ? [] : levelsOfSlice(tensor, widestSlice(original, tensor)),
  };
}

function widestSlice(original: Float32Array, tensor: QuantizedTensor): number {
  const layout = sliceLayout(tensor.shape, tensor.slicing);
  const ordered = layout.toSliceMajor(original);
  let widest = 0;
  let width = -1;
  for (let s = 0; s < layout.count; s++) {
    const { min, max } = range(ordered.subarray(layout.start(s), layout.end(s)));
    if (max - min <= width) continue;
    width = max - min;
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
