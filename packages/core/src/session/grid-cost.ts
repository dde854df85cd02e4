import type { ResolvedEntry } from '../contract/resolved-plan.js';
import { seededRandom } from '../numeric/random.js';
import type { Options } from '../contract/options.js';
import type { Quantizer } from '../contract/quantizer.js';
import { isLowbitError } from '../errors/error.js';
import { measureTensor } from '../report/measure.js';
import type { GridCost } from '../report/report.js';
import { encode } from '../scheme/encode.js';
import { sliceLayout, type SliceLayout } from '../scheme/slicing.js';
import { fitRowsSafely, fitSafely } from './fit-safely.js';

/** Slices, and values, that the cost is measured on at most. */
const mostSlices = 16;
const mostValues = 8192;

/**
 * What the options that a packed form wanted cost against those that they took the place of, measured on a sample of the
 * weight's slices; `undefined` where nothing was replaced, slices are too long to fit twice, or there is no grid to compare with.
 */
export function gridCost(
  { weight, entry, quantizer, options, slicing, seed }: ResolvedEntry,
  values: Float32Array,
): GridCost | undefined {
  const { instead, bits } = entry;
  if (instead === undefined) return undefined;
  const against = Object.entries(instead).map(([key, value]) => `${key}=${value}`);
  const slices = sampleOf(values, sliceLayout(weight.shape, slicing));
  const together = joined(slices);
  const noiseWith = (chosen: Options) =>
    noiseOrNone(() =>
      together.reduce((sum, sample) => sum + noiseOf(sample, quantizer, bits, chosen, seed), 0),
    );
  const taken = noiseWith(options);
  const before = noiseWith({ ...options, ...instead });
  if (!(taken > 0 && before > 0)) return undefined;
  return { decibels: 10 * Math.log10(taken / before), against: against.join(' and ') };
}

/** The cost in words. */
export function costWords({ decibels, against }: GridCost): string {
  const words = decibels >= 0.05 ? `costs ${decibels.toFixed(1)} dB` : 'costs nothing';
  return `${words} against ${against}`;
}

/** 0 where values are so large that levels go beyond float32 with these options. */
function noiseOrNone(measure: () => number): number {
  try {
    return measure();
  } catch (error) {
    if (isLowbitError(error) && error.code === 'non-finite') return 0;
    throw error;
  }
}

/** Slices of one length, one after the other. */
interface Sample {
  readonly values: Float32Array;
  readonly length: number;
}

/** Slices of equal length as one sample, so that they are fitted together; others each as one. */
function joined(slices: readonly Float32Array[]): readonly Sample[] {
  const [first = new Float32Array()] = slices;
  const { length } = first;
  if (!slices.every((slice) => slice.length === length))
    return slices.map((values) => ({ values, length: values.length }));
  const values = new Float32Array(slices.length * length);
  slices.forEach((slice, i) => values.set(slice, i * length));
  return length === 0 ? [] : [{ values, length }];
}

function noiseOf(
  { values, length }: Sample,
  quantizer: Quantizer,
  bits: number,
  options: Options,
  seed: number,
): number {
  const context = { role: 'weight', bits, options, random: seededRandom(seed) } as const;
  const place = 'a sample';
  const fit = (slice: Float32Array) => fitSafely(quantizer, slice, context, place);
  const fitRows = (rows: Float32Array, own: number) => fitRowsSafely(quantizer, rows, own, context, place);
  const verbs = { bits, fit, ...(quantizer.fitRows === undefined ? {} : { fitRows }) };
  const tensor = encode(values, [values.length / length, length], { axes: [0] }, verbs);
  return measureTensor(values, tensor).meanSquared * values.length;
}

/** Every so many slices, as they lie in the tensor. */
function sampleOf(values: Float32Array, { count, start, end, runs }: SliceLayout): readonly Float32Array[] {
  const each = Math.min(mostSlices, Math.floor((mostValues * count) / values.length), count);
  if (!(each >= 1)) return [];
  const { step } = runs;
  const stride = Math.ceil(count / each);
  const sizes = Array.from(
    { length: Math.ceil(count / stride) },
    (_, at) => end(at * stride) - start(at * stride),
  );
  const picked = sizes.map((size) => new Float32Array(size));
  const filled = new Uint32Array(picked.length);
  runs.each((from, to, slice) => {
    if (step === 0 && slice % stride !== 0) return;
    const own = Math.ceil(slice / stride);
    const every = step === 0 ? 1 : stride;
    for (let i = from + step * (own * stride - slice), at = own; i < to; i += every, at += step)
      picked[at]![filled[at]!++] = values[i] as number;
  });
  return picked;
}
