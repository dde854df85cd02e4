/**
 * Bias correction: what quantized weights add to the outputs of their layer on average, and what taking it off is worth (M. Nagel et al.,
 * "Data-Free Quantization Through Weight Equalization and Bias Correction", ICCV 2019, arXiv:1906.04721, with means that are observed).
 */
import { gramMatrix, inputMean, type InputMoments } from '../calibration/moments.js';
import { defined } from '../contract/defined.js';
import type { GroupInputs, ObservedInputs } from '../calibration/input-statistics.js';
import type { ResolvedEntry } from '../contract/resolved-plan.js';
import type { CorrectionReport } from '../report/report.js';
import { decode } from '../scheme/decode.js';
import { sizeOf } from '../scheme/shape.js';
import { sliceLayout } from '../scheme/slicing.js';
import type { QuantizedTensor } from '../scheme/types.js';
import { channelErrors } from './channel-errors.js';
import { decibelsLess } from './decibels-less.js';

/** What a bias is to take off, and what that gains. */
export interface BiasShift {
  /** E[(q − w) x], one value an output channel, in the order of the output axes. */
  readonly shift: Float32Array;
  readonly report: CorrectionReport;
}

/** @param values w, row-major. @param tensor q. */
export function biasShift(
  { weight: { shape, outputAxes } }: ResolvedEntry,
  { groups }: ObservedInputs,
  values: Float32Array,
  tensor: QuantizedTensor,
): BiasShift {
  const matrix = sliceLayout(shape, { axes: outputAxes });
  const [rows, decoded] = [matrix.toSliceMajor(values), matrix.toSliceMajor(decode(tensor))];
  const channels = matrix.count / groups.length;
  const shift = new Float32Array(matrix.count);
  const seen = { before: 0, after: 0 };
  const heldOut = { before: 0, after: 0 };
  for (const [g, inputs] of groups.entries()) {
    const from = (g * rows.length) / groups.length;
    const off = Float64Array.from({ length: rows.length / groups.length }, (_, i) => {
      const at = from + i;
      return (decoded[at] as number) - (rows[at] as number);
    });
    const own = means(off, inputMean(inputs.seen), channels);
    shift.set(own, g * channels);
    addErrors(seen, off, own, inputs.seen);
    if (inputs.heldOut !== undefined) addErrors(heldOut, off, own, inputs.heldOut);
  }
  const isJudged = groups.some((group: GroupInputs) => group.heldOut !== undefined);
  const count = groups.reduce((most, group) => Math.max(most, group.seen.count), 0);
  const heldOutGainDb = isJudged ? decibelsLess(heldOut.before, heldOut.after) : undefined;
  const report = {
    rows: count,
    gainDb: decibelsLess(seen.before, seen.after),
    ...defined({ heldOutGainDb }),
  };
  return { shift, report };
}

/** A bias that takes off nothing, which has the size of one that does. */
export const noShift = ({ weight: { shape, outputAxes } }: ResolvedEntry): BiasShift => ({
  shift: new Float32Array(sizeOf(outputAxes.map((axis) => shape[axis] as number))),
  report: { rows: 0, gainDb: 0 },
});

/** The mean error of each channel, d μ. */
function means(off: Float64Array, mean: Float32Array, channels: number): Float32Array {
  const shift = new Float32Array(channels);
  for (let channel = 0, at = 0; channel < channels; channel++) {
    let sum = 0;
    for (let i = 0; i < mean.length; i++) sum += (off[at++] as number) * (mean[i] as number);
    shift[channel] = sum;
  }
  return shift;
}

/** Adds the mean squared errors E[(d x)²] of the channels, and E[(d x − s)²] = E[(d x)²] − 2 s d μ + s². */
function addErrors(
  errors: { before: number; after: number },
  off: Float64Array,
  shift: Float32Array,
  moments: InputMoments,
): void {
  const layout = { channels: shift.length, inputs: moments.inputs };
  const before = channelErrors(off, gramMatrix(moments), layout);
  const own = means(off, inputMean(moments), shift.length);
  for (const [channel, s] of shift.entries()) {
    const error = before[channel] as number;
    errors.before += error;
    errors.after += Math.max(0, error - 2 * s * (own[channel] as number) + s * s);
  }
}
