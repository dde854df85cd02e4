import { range, roundingShift, type FitContext } from '@lowbit/core/method';
import type { Affine } from './even-grid.js';

/** Values that stand for others, with how many each stands for. */
export interface WeightedPoints {
  readonly values: ArrayLike<number>;
  readonly counts?: ArrayLike<number>;
}

const mostValues = 4096;
const bins = 2048;

/** The values themselves, or the middles of the bins of a histogram where there are many. */
export function weightedPoints(values: Float32Array, { statistics }: FitContext): WeightedPoints {
  if (statistics !== undefined) {
    const { min, max, counts } = statistics.histogram;
    return middles(min, max, counts);
  }
  if (values.length <= mostValues) return { values };
  const { min, max } = range(values);
  const counts = new Float64Array(bins);
  const scale = bins / (max - min);
  for (let i = 0; i < values.length; i++) {
    const bin = Math.min(bins - 1, Math.floor(((values[i] as number) - min) * scale));
    counts[bin] = (counts[bin] as number) + 1;
  }
  return middles(min, max, counts);
}

function middles(min: number, max: number, counts: ArrayLike<number>): WeightedPoints {
  const width = (max - min) / counts.length;
  return {
    values: Float64Array.from({ length: counts.length }, (_, bin) => min + width * (bin + 0.5)),
    counts,
  };
}

/** The sum of squared errors that a grid makes. */
export function gridError({ values, counts }: WeightedPoints, { levels, scale, offset }: Affine): number {
  const low = offset ?? (-scale * (levels - 1)) / 2;
  const inverse = scale === 0 ? 0 : 1 / scale;
  let error = 0;
  for (let i = 0; i < values.length; i++) {
    const value = values[i] as number;
    const place = Math.min(levels - 1, Math.max(0, (value - low) * inverse));
    const rest = value - low - scale * (place + roundingShift - roundingShift);
    error += (counts === undefined ? 1 : (counts[i] as number)) * rest * rest;
  }
  return error;
}
