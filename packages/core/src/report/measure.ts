import { checkNumbers } from '../errors/check-kinds.js';
import { eachBlock, longestRun, type VisitBlock } from '../scheme/slice-runs.js';
import { kernels } from '../kernels/kernels.js';
import { runDecoder } from '../scheme/decode.js';
import { gridLoader, gridsOf } from '../scheme/grids.js';
import { sliceLayout } from '../scheme/slicing.js';
import type { QuantizedTensor } from '../scheme/types.js';
import type { ErrorMeasures } from './report.js';

/** Compares decoded values with the original ones. */
export function measureError(original: Float32Array, decoded: Float32Array): ErrorMeasures {
  for (const values of [original, decoded]) checkNumbers(values, 'measureError(original, decoded)');
  const sums = noSums(original);
  addErrors(sums, original, 0, original.length, decoded);
  return measuresOf(sums, original.length);
}

/** Compares what the codes stand for with the original values, without all decoded values in memory. */
export function measureTensor(original: Float32Array, tensor: QuantizedTensor): ErrorMeasures {
  const sums = noSums(original);
  const { runs } = sliceLayout(tensor.shape, tensor.slicing);
  const decoded = new Float32Array(longestRun);
  const decodeRun = runDecoder(tensor, runs, decoded);
  eachBlock(runs, vectorAdder(sums, original, tensor, runs.step), (from, to, slice) => {
    decodeRun(from, to, slice, 0);
    addErrors(sums, original, from, to, decoded);
  });
  return measuresOf(sums, original.length);
}

/** Adds the errors of a block, by the kernels. */
function vectorAdder(
  sums: ErrorSums,
  original: Float32Array,
  { scheme, codes }: QuantizedTensor,
  step: 0 | 1,
): VisitBlock | undefined {
  const vector = kernels();
  if (vector === undefined || scheme.kind !== 'affine' || !(codes instanceof Uint8Array)) return undefined;
  const grids = gridsOf(scheme);
  const load = gridLoader(vector, grids);
  return (from, rows, width, slice) => {
    const to = from + rows * width;
    vector.values.set(original.subarray(from, to));
    vector.codes.set(codes.subarray(from, to));
    load(slice, step === 1 ? width : rows);
    vector.loops.measure(rows, width, step === 1, grids.middle, sums.first);
    const [deviations = 0, squares = 0, signal = 0, noise = 0, largest = 0] = vector.sums;
    sums.deviations += deviations;
    sums.squares += squares;
    sums.signal += signal;
    sums.noise += noise;
    sums.largest = Math.max(sums.largest, largest);
  };
}

/** Sums over values and their errors. Deviations are from the first value, so that rounding makes no spread where all are equal. */
interface ErrorSums {
  readonly first: number;
  deviations: number;
  squares: number;
  signal: number;
  noise: number;
  largest: number;
}

const noSums = (original: Float32Array): ErrorSums => ({
  first: original[0] ?? 0,
  deviations: 0,
  squares: 0,
  signal: 0,
  noise: 0,
  largest: 0,
});

/** Adds the values `from` … `to`, which became the first ones of `decoded`. */
function addErrors(
  sums: ErrorSums,
  original: Float32Array,
  from: number,
  to: number,
  decoded: Float32Array,
): void {
  const { first } = sums;
  let { deviations, squares, signal, noise, largest } = sums;
  for (let i = from, k = 0; i < to; i++, k++) {
    const value = original[i] as number;
    const deviation = value - first;
    const error = value - (decoded[k] as number);
    deviations += deviation;
    squares += deviation * deviation;
    signal += value * value;
    noise += error * error;
    largest = Math.max(largest, Math.abs(error));
  }
  sums.deviations = deviations;
  sums.squares = squares;
  sums.signal = signal;
  sums.noise = noise;
  sums.largest = largest;
}

function measuresOf(
  { deviations, squares, signal, noise, largest }: ErrorSums,
  length: number,
): ErrorMeasures {
  const spread = squares - (deviations * deviations) / (length || 1);
  return {
    sqnrDb: decibels(signal, noise),
    meanSquared: noise / (length || 1),
    largest,
    relative: spread === 0 ? null : noise / spread,
  };
}

/** 10·log10(signal / noise); `null` where that is no finite number: without noise, without a signal, with infinite noise. */
export function decibels(signal: number, noise: number): number | null {
  const ratio = 10 * Math.log10(signal / noise);
  return Number.isFinite(ratio) ? ratio : null;
}
