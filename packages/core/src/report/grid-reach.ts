import { defaultQuantizer } from '../contract/choice.js';
import { decode, valueOfCode } from '../scheme/decode.js';
import { levelsOf } from '../scheme/scheme.js';
import type { SliceRanges } from '../scheme/slice-ranges.js';
import { sliceLayout } from '../scheme/slicing.js';
import type { QuantizedTensor, Scheme } from '../scheme/types.js';
import { decibels } from './measure.js';

/** Decibels that another method must win before it is recommended. */
const clearGain = 3;
/** How far beyond the grid's half width, as a factor, values must reach before it is worth a warning. */
const farBeyond = 1.5;

/**
 * A sentence when values lie so far beyond the ends of the method's grid that a grid over the whole range
 * (min-max, same bits, same slices) would be clearly better; otherwise `undefined`.
 */
export function gridWarning(
  original: Float32Array,
  tensor: QuantizedTensor,
  ranges: SliceRanges,
  quantizer: string,
): string | undefined {
  if (quantizer === defaultQuantizer || original.length === 0) return undefined;
  const reach = farthestReach(tensor.scheme, ranges);
  if (!Number.isFinite(reach) || reach < farBeyond) return undefined;
  const { signal, noise, rangeNoise } = noiseOf(original, tensor, ranges);
  const own = decibels(signal, noise);
  const overRange = decibels(signal, rangeNoise);
  if (own === null || (overRange !== null && overRange < own + clearGain)) return undefined;
  return (
    `values reach ${reach.toFixed(1)} times the end of the grid of ${quantizer}: ${own.toFixed(1)} dB, where ${defaultQuantizer} would ` +
    `${overRange === null ? 'be exact' : `give ${overRange.toFixed(1)} dB`}; use ${defaultQuantizer} for this weight`
  );
}

/** Distance of the farthest value from the middle of its slice's grid, in half widths of that grid. */
function farthestReach(scheme: Scheme, { min, max }: SliceRanges): number {
  const highest = levelsOf(scheme) - 1;
  const valueOf = valueOfCode(scheme);
  let reach = 0;
  for (let s = 0; s < min.length; s++) {
    const first = valueOf(0, s);
    const last = valueOf(highest, s);
    const middle = (first + last) / 2;
    const half = Math.abs(last - first) / 2;
    const farthest = Math.max((max[s] as number) - middle, middle - (min[s] as number));
    if (half > 0) reach = Math.max(reach, farthest / half);
  }
  return reach;
}

/** Sums of squares: of the values, of their errors, and of the errors that a grid over each slice's range would make. */
function noiseOf(original: Float32Array, tensor: QuantizedTensor, { min, max }: SliceRanges) {
  const { step, each } = sliceLayout(tensor.shape, tensor.slicing).runs;
  const decoded = decode(tensor);
  const highest = 2 ** tensor.bits - 1;
  const total = { signal: 0, noise: 0, rangeNoise: 0 };
  each((from, to, slice) => {
    for (let i = from, s = slice; i < to; i++, s += step) {
      const value = original[i] as number;
      const low = min[s] as number;
      const width = ((max[s] as number) - low) / highest;
      const nearest = width === 0 ? low : low + Math.round((value - low) / width) * width;
      total.signal += value * value;
      total.noise += (value - (decoded[i] as number)) ** 2;
      total.rangeNoise += (value - nearest) ** 2;
    }
  });
  return total;
}
