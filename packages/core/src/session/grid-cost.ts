import type { ResolvedEntry } from '../contract/resolved-plan.js';
import { seededRandom } from '../numeric/random.js';
import type { Options } from '../contract/options.js';
import type { Quantizer } from '../contract/quantizer.js';
import { isLowbitError } from '../errors/error.js';
import type { GridCost } from '../report/report.js';
import { decode } from '../scheme/decode.js';
import { encode } from '../scheme/encode.js';
import { sliceLayout, type SliceLayout } from '../scheme/slicing.js';
import { fitSafely } from './fit-safely.js';

/** Slices, and values, that the cost is measured on at most. */
const mostSlices = 64;
const mostValues = 65536;

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
  const noiseWith = (chosen: Options) =>
    noiseOrNone(() => slices.reduce((sum, slice) => sum + noiseOf(slice, quantizer, bits, chosen, seed), 0));
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

function noiseOf(
  values: Float32Array,
  quantizer: Quantizer,
  bits: number,
  options: Options,
  seed: number,
): number {
  const context = { role: 'weight', bits, options, random: seededRandom(seed) } as const;
  const fit = (slice: Float32Array) => fitSafely(quantizer, slice, context, 'a sample');
  const decoded = decode(encode(values, [values.length], 'tensor', { bits, fit }));
  return values.reduce((sum, value, i) => sum + (value - (decoded[i] as number)) ** 2, 0);
}

/** Every so many slices, as they lie in the tensor. */
function sampleOf(values: Float32Array, { count, runs }: SliceLayout): readonly Float32Array[] {
  const each = Math.min(mostSlices, Math.floor((mostValues * count) / values.length), count);
  if (!(each >= 1)) return [];
  const stride = Math.ceil(count / each);
  const picked = Array.from({ length: Math.ceil(count / stride) }, (): number[] => []);
  runs.each((from, to, slice) => {
    if (runs.step === 0 && slice % stride !== 0) return;
    for (let i = from, s = slice; i < to; i++, s += runs.step)
      if (s % stride === 0) picked[s / stride]?.push(values[i] as number);
  });
  return picked.map((slice) => Float32Array.from(slice));
}
