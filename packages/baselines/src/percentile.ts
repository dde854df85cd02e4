import {
  range,
  type FitContext,
  type GridKind,
  type OptionSchema,
  type Quantizer,
  type ValueHistogram,
} from '@lowbit/core/method';
import { constantGrid, withZero } from './even-grid.js';
import { gridOption, gridOptions } from './grid-option.js';
import { cutGrid, levelsOption, symmetricGrid, type SymmetricLevels } from './symmetric-grid.js';
import { widths } from './widths.js';

/** Options of {@link percentile}. */
export interface PercentileOptions {
  /** Percent of the values that lie below the upper end; as many lie above the lower end. 50 … 100, default 99.99. */
  readonly percent?: number;
  /** Default `zero-point`. */
  readonly grid?: Exclude<GridKind, 'even'>;
  /** Of a symmetric grid; default `full`. */
  readonly levels?: SymmetricLevels;
}

const options: OptionSchema = {
  percent: {
    type: 'number',
    default: 99.99,
    min: 50,
    max: 100,
    help: 'percent of the values below the upper end of the range, and above the lower one',
  },
  grid: gridOption,
  levels: levelsOption,
};

/**
 * Percentile quantization spreads its levels over the range that all but a few values lie in, and clips those.
 *
 *     q(x)    = s · (u − z),   u = clip(round(x / s) + z, 0, 2^b − 1)
 *     ∂q/∂x   = 1              (straight-through)
 *     s = (high − low) / (2^b − 1),   z = clip(round(−low / s), 0, 2^b − 1)
 *
 * where high is the p-th percentile and low the (100 − p)-th, extended to include 0. With `grid: 'symmetric'`,
 * q(x) = s · clip(round(x / s), −n, p) as in `absmax`, over the values cut to the p-th percentile of |x|. Rounding is half to even.
 *
 * Assumes that rare large values matter less than fine steps for the others. That holds for many activations and fails
 * where the largest values carry the decision: compare the results of the network.
 *
 * Shape: any; a slice is whatever shares s. Weights and activations, 2 to 16 bits. Percentiles of weights are interpolated
 * between neighbouring values; those of activations come from the histogram of the calibration.
 *
 * Parameters: a scale s and, unless symmetric, an offset −z·s, in units of the values.
 *
 * Example: with p = 75 and 2 bits the weights −1, 0, 1, 2, 30 have low 0, high 2 and s = 2/3.
 *
 * Source: J. L. McKinstry et al., "Discovering Low-Precision Networks Close to Full-Precision Networks for Efficient
 * Embedded Inference", 2018, arXiv:1809.04191, section 3.1 (99.99th percentile of activations).
 *
 * Deviations: the paper clips activations after ReLU at one end; here both ends are clipped.
 */
export function percentile(settings: PercentileOptions = {}): Quantizer {
  return {
    kind: 'quantizer',
    api: 2,
    name: 'percentile',
    summary: 'evenly spaced levels over the range without the most extreme values',
    paper: 'McKinstry et al., 2018, arXiv:1809.04191',
    roles: ['weight', 'activation'],
    bits: { weight: widths(2, 16), activation: widths(2, 16) },
    options,
    configured: { ...settings },
    grids: gridOptions,
    fit(values, context) {
      const { bits, options: given } = context;
      const share = (given.percent as number) / 100;
      const quantile = quantileOf(values, context);
      const symmetric = given.grid === 'symmetric';
      if (quantile === undefined) {
        const value = values[0] ?? 0;
        return symmetric ? symmetricGrid(bits, value, value, given) : constantGrid(2 ** bits, value);
      }
      if (symmetric) return cutGrid(bits, quantile.of(0), quantile.of(1), quantile.ofSize(share), given);
      return withZero(2 ** bits, quantile.of(1 - share), quantile.of(share));
    },
  };
}

/** Quantiles of the values and of their sizes. */
interface Quantiles {
  readonly of: (share: number) => number;
  readonly ofSize: (share: number) => number;
}

function quantileOf(values: Float32Array, { statistics }: FitContext): Quantiles | undefined {
  if (statistics !== undefined) {
    const { histogram, min, max } = statistics;
    const of = (share: number) => Math.min(max, Math.max(min, fromHistogram(histogram, share)));
    return { of, ofSize: (share) => Math.max(Math.abs(of(1 - share)), Math.abs(of(share))) };
  }
  const { min, max } = range(values);
  if (min === max) return undefined;
  const sorted = values.slice().sort();
  const sizes = () => values.map(Math.abs).sort();
  return { of: (share) => interpolated(sorted, share), ofSize: (share) => interpolated(sizes(), share) };
}

/** The value at a share of the way through sorted values, linear between neighbours. */
function interpolated(sorted: Float32Array, share: number): number {
  const place = share * (sorted.length - 1);
  const [before, after] = [Math.floor(place), Math.ceil(place)];
  const [low, high] = [sorted[before] as number, sorted[after] as number];
  return low + (high - low) * (place - before);
}

/** The value below which a share of the counts lies, linear within a bin. */
function fromHistogram({ min, max, counts }: ValueHistogram, share: number): number {
  const width = (max - min) / counts.length;
  const wanted = share * counts.reduce((sum, count) => sum + count, 0);
  let before = 0;
  for (let bin = 0; bin < counts.length; bin++) {
    const count = counts[bin] as number;
    if (count > 0 && before + count >= wanted) return min + width * (bin + (wanted - before) / count);
    before += count;
  }
  return max;
}
