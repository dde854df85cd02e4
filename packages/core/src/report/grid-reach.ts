import { range } from '../numeric/statistics.js';
import { levelValue } from '../scheme/decode.js';
import { levelsOf, sliceParameters } from '../scheme/scheme.js';
import { sliceLayout } from '../scheme/slicing.js';
import type { QuantizedTensor, SliceParameters } from '../scheme/types.js';
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
  quantizer: string,
): string | undefined {
  if (quantizer === 'min-max' || original.length === 0) return undefined;
  const layout = sliceLayout(tensor.shape, tensor.slicing);
  const ordered = layout.toSliceMajor(original);
  const total = { reach: 0, signal: 0, noise: 0, rangeNoise: 0 };
  const codes = layout.toSliceMajor(tensor.codes);
  for (let s = 0; s < layout.count; s++) {
    const part = ordered.subarray(layout.start(s), layout.end(s));
    const parameters = sliceParameters(tensor.scheme, s);
    total.reach = Math.max(total.reach, reachOf(part, parameters, levelsOf(tensor.scheme)));
    addNoise(total, part, codes.subarray(layout.start(s), layout.end(s)), parameters, 2 ** tensor.bits);
  }
  if (total.reach < farBeyond) return undefined;
  const own = decibels(total.signal, total.noise) ?? Infinity;
  const overRange = decibels(total.signal, total.rangeNoise) ?? Infinity;
  if (overRange < own + clearGain) return undefined;
  return (
    `values reach ${total.reach.toFixed(1)} times the end of the grid of ${quantizer}: ` +
    `${own.toFixed(1)} dB, where min-max would give ${overRange.toFixed(1)} dB; use min-max for this weight`
  );
}

/** Distance of the farthest value from the grid's middle, in half widths of the grid. */
function reachOf(values: Float32Array, parameters: SliceParameters, levels: number): number {
  const valueOf = levelValue(parameters);
  const ends = [valueOf(0), valueOf(levels - 1)];
  const middle = (ends[0]! + ends[1]!) / 2;
  const half = Math.abs(ends[1]! - ends[0]!) / 2;
  const { min, max } = range(values);
  return half === 0 ? 0 : Math.max(max - middle, middle - min) / half;
}

function addNoise(
  total: { signal: number; noise: number; rangeNoise: number },
  values: Float32Array,
  codes: Uint8Array | Uint16Array,
  parameters: SliceParameters,
  levels: number,
): void {
  const valueOf = levelValue(parameters);
  const { min, max } = range(values);
  const step = (max - min) / (levels - 1);
  for (let i = 0; i < values.length; i++) {
    const value = values[i] as number;
    const nearest = step === 0 ? min : min + Math.round((value - min) / step) * step;
    total.signal += value * value;
    total.noise += (value - valueOf(codes[i] as number)) ** 2;
    total.rangeNoise += (value - nearest) ** 2;
  }
}
