/**
 * Bias correction: what quantized weights add to the outputs of their layer on average, and what taking it off is worth (M. Nagel et al.,
 * "Data-Free Quantization Through Weight Equalization and Bias Correction", ICCV 2019, arXiv:1906.04721, with means that are observed).
 */
import { gramAbout, inputMean, type InputMoments } from '../calibration/moments.js';
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
  /** Rows of inputs that were seen. */
  readonly rows: number;
  /** With the inputs that were seen. */
  readonly seen: ShiftErrors;
  /** With those that were kept back; absent where none were. */
  readonly heldOut?: ShiftErrors;
}

/** Mean squared errors of outputs, summed over channels: E[((q − w) x)²], and what is left of it once the shift is taken off. */
export interface ShiftErrors {
  readonly before: number;
  readonly after: number;
}

/** What the outputs of all channels are off once the mean is taken off that they are off with the inputs that were seen, E[(d x − s)²] summed. */
export interface CentredErrors {
  readonly seen: number;
  /** With the inputs that were kept back; absent where none were. */
  readonly heldOut?: number;
}

/** @param values w, row-major. @param tensor q. @param centred What its outputs are off, where that was summed already. */
export function biasShift(
  { weight: { shape, outputAxes } }: ResolvedEntry,
  { groups }: ObservedInputs,
  values: Float32Array,
  tensor: QuantizedTensor,
  centred?: CentredErrors,
): BiasShift {
  const matrix = sliceLayout(shape, { axes: outputAxes });
  const [rows, decoded] = [matrix.toSliceMajor(values), matrix.toSliceMajor(decode(tensor))];
  const channels = matrix.count / groups.length;
  const shift = new Float32Array(matrix.count);
  const [takenOff, summed] = [
    { seen: 0, heldOut: 0 },
    { seen: 0, heldOut: 0 },
  ];
  for (const [g, { seen, heldOut }] of groups.entries()) {
    const from = (g * rows.length) / groups.length;
    const off = Float64Array.from({ length: rows.length / groups.length }, (_, i) => {
      const at = from + i;
      return (decoded[at] as number) - (rows[at] as number);
    });
    const mean = inputMean(seen);
    const own = means(off, mean, channels);
    shift.set(own, g * channels);
    const add = (to: 'seen' | 'heldOut', moments: InputMoments) => {
      takenOff[to] += takenOffBy(own, means(off, inputMean(moments), channels));
      if (centred !== undefined) return;
      const layout = { channels, inputs: moments.inputs };
      const errors = channelErrors(off, gramAbout(moments, mean), layout);
      summed[to] += errors.reduce((sum, one) => sum + one, 0);
    };
    add('seen', seen);
    if (heldOut !== undefined) add('heldOut', heldOut);
  }
  const isJudged = groups.some((group: GroupInputs) => group.heldOut !== undefined);
  const errorsOf = (of: 'seen' | 'heldOut'): ShiftErrors => {
    const after = (centred ?? summed)[of] ?? 0;
    return { before: after + takenOff[of], after };
  };
  return {
    shift,
    rows: groups.reduce((most, group) => Math.max(most, group.seen.count), 0),
    seen: errorsOf('seen'),
    ...defined({ heldOut: isJudged ? errorsOf('heldOut') : undefined }),
  };
}

/** What taking off the shift of one codes gains over others with theirs left. */
export const correctionReport = (of: BiasShift, over = of): CorrectionReport => ({
  rows: of.rows,
  gainDb: decibelsLess(over.seen.before, of.seen.after),
  ...defined({
    heldOutGainDb: over.heldOut && of.heldOut && decibelsLess(over.heldOut.before, of.heldOut.after),
  }),
});

/** As many zeros as a bias has values. */
export const noShift = ({ weight: { shape, outputAxes } }: ResolvedEntry): Float32Array =>
  new Float32Array(sizeOf(outputAxes.map((axis) => shape[axis] as number)));

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

/** What taking off s takes from the mean squared errors: E[(d x)²] − E[(d x − s)²] = 2 s d μ − s², summed over the channels. */
const takenOffBy = (shift: Float32Array, mean: Float32Array): number =>
  shift.reduce((sum, s, channel) => sum + 2 * s * (mean[channel] as number) - s * s, 0);
