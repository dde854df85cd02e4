import type { SkipNote } from '../contract/descriptors.js';
import type { HalfPrecision, SpeedForecast } from '../contract/model-writer.js';
import type { QuantizationPlan } from '../contract/plan.js';
import type { Granularity } from '../contract/policy.js';
import type { Verdict } from './verdict.js';

/** Sizes of the whole model or of one weight, in bytes unless said otherwise. */
export interface Sizes {
  /** As it was. */
  readonly float: number;
  /** Values × bits, nothing else counted. */
  readonly nominal: number;
  /** In the file: codes, scales, offsets, codebooks and container. */
  readonly stored: number;
  /** In memory at run time on the target. */
  readonly memory: number;
}

/** How far the decoded values are from the original ones. */
export interface ErrorMeasures {
  /** Signal to quantization noise, 10·log10(Σw² / Σ(w − ŵ)²), decibels; `null` when there is no error at all (`largest` is 0), or no signal to compare it with. */
  readonly sqnrDb: number | null;
  /** Mean squared error. */
  readonly meanSquared: number;
  readonly largest: number;
  /** Σ(w − ŵ)² / Σ(w − mean)², comparable with a method's theoretical loss; `null` for a constant tensor. */
  readonly relative: number | null;
}

/** Counts of weights in equal bins over [min, max], with levels of the slice that has the widest range. */
export interface Histogram {
  readonly min: number;
  readonly max: number;
  readonly counts: readonly number[];
  readonly levels: readonly number[];
}

/** What options that a packed form wanted cost. */
export interface GridCost {
  /** Decibels of noise, below 0 where they are better. */
  readonly decibels: number;
  /** Options in whose place they came, in words: `zeroPoint=auto`. */
  readonly against: string;
}

/** What choosing codes by the inputs of a weight gained. */
export interface RoundingReport {
  readonly rounder: string;
  /** Rows of inputs that it looked at; 0 where it needs none. */
  readonly rows: number;
  /** Output channels that have their nearest levels, since these make no larger an error. */
  readonly channelsKept: number;
  /**
   * Decibels by which the mean squared error of the outputs of this weight is smaller than with the nearest levels: with the inputs that
   * were looked at, and with those that were kept back. Absent where none were.
   */
  readonly gainDb?: number;
  readonly heldOutGainDb?: number;
}

/** What taking off the mean error of the outputs of a weight gains. */
export interface CorrectionReport {
  /** Rows of inputs that the means are of. */
  readonly rows: number;
  /**
   * Decibels by which the mean squared error of the outputs is smaller with the corrected bias: with the inputs that were looked at, and
   * with those that were kept back. The second is absent where none were.
   */
  readonly gainDb: number;
  readonly heldOutGainDb?: number;
}

/** What became of the bias beside one weight. */
export interface BiasReport extends Partial<CorrectionReport> {
  readonly layer: string;
  readonly op: string;
  /** Id of the weight whose errors it takes off. */
  readonly weight: string;
  /** `bias`, `new bias`, `Add` …; `float` for one that stays as it is. */
  readonly form: string;
  /** Bytes that the file has more by it. */
  readonly storedBytes: number;
  /** It stays as it is although biases are corrected, for the reason given. */
  readonly left?: true;
  readonly reason: string;
}

/** Which inputs of weights that saw what decided about codes and biases. */
export interface CaptureReport {
  /** `sequential`: those of each weight once those before are quantized; `once`: those of the model as it was. */
  readonly way: 'once' | 'sequential';
  /** Why so. */
  readonly reason: string;
}

export interface WeightReport {
  readonly id: string;
  readonly layer: string;
  readonly op: string;
  readonly shape: readonly number[];
  readonly values: number;
  readonly bits: number;
  readonly quantizer: string;
  readonly granularity: Granularity;
  readonly slices: number;
  readonly sizes: Sizes;
  /** Stored bits a weight: codes and parameters, without the container, names and nodes. */
  readonly bitsPerWeight: number;
  /** Absent, as the histogram, when the session was not to measure. */
  readonly error?: ErrorMeasures;
  readonly histogram?: Histogram;
  readonly form: string;
  readonly reason: string;
  /**
   * What there is to say of what a packed form wanted, and what its grid costs; the reason says both too. Absent where the weight
   * was written in another form in the end.
   */
  readonly wanted?: string;
  readonly gridCost?: GridCost;
  /** Absent where each value has the level that is nearest to it. */
  readonly rounding?: RoundingReport;
  readonly storageReason: string;
  readonly warnings: readonly string[];
}

/** The parameters of an activation site, as plain numbers. */
export type ReportedParameters =
  | { readonly kind: 'affine'; readonly levels: number; readonly scale: number; readonly offset?: number }
  | { readonly kind: 'codebook'; readonly values: readonly number[]; readonly thresholds?: readonly number[] }
  | { readonly kind: 'residual'; readonly scales: readonly number[] };

/** The range that was fitted to a site. */
export interface FittedRange {
  /** Smallest and largest value seen in the calibration; absent where there was none. */
  readonly observed?: { readonly min: number; readonly max: number };
  /** Smallest and largest level. */
  readonly grid: { readonly min: number; readonly max: number };
  readonly parameters: ReportedParameters;
  /** Share, 0 … 1, of the sampled values that lie beyond the grid by more than half a step. */
  readonly clipped?: number;
}

/** One place where the plan quantizes activations. */
export interface ActivationReport {
  readonly id: string;
  /** Name of the tensor that is quantized. */
  readonly tensor: string;
  readonly bits: number;
  readonly quantizer: string;
  readonly reason: string;
  /** Absent for a dynamic quantizer, which measures on each run, and for a value that stays float. */
  readonly fitted?: FittedRange;
  /** Short name of how it was written; absent where the port does not say. */
  readonly form?: string;
  /** Why this form; for a value that stays float, why that. */
  readonly formReason?: string;
  /** The value stays float although the plan quantizes it. */
  readonly float?: true;
  /** What to look at; absent where there is nothing. */
  readonly warnings?: readonly string[];
}

export interface SkippedReport extends SkipNote {
  readonly layer: string;
  readonly op: string;
}

/** What was done, with numbers; plain JSON. */
export interface Report {
  readonly format: 'lowbit-report';
  readonly version: 1;
  readonly port: string;
  readonly plan: QuantizationPlan;
  readonly weights: readonly WeightReport[];
  /** Absent when activations stay float. */
  readonly activations?: readonly ActivationReport[];
  /** Absent when biases stay as they are. */
  readonly biases?: readonly BiasReport[];
  /** Absent where nothing looked at inputs of weights. */
  readonly capture?: CaptureReport;
  readonly skipped: readonly SkippedReport[];
  /** Sizes of the quantized weights together. */
  readonly sizes: Sizes;
  /** As for one weight, of all of them. */
  readonly bitsPerWeight: number;
  readonly modelBytes: { readonly before: number; readonly after: number };
  readonly warnings: readonly string[];
  /** Absent where no layer could be computed in integers, and where nothing is known of their time. */
  readonly forecast?: SpeedForecast;
  /** Absent where the model was not to compute in float16. */
  readonly float16?: HalfPrecision;
  /** What the result is worth. Absent after training, whose result is for the data of training to judge. */
  readonly verdict?: Verdict;
}

/** Bits a value that these bytes are. */
export const bitsEach = (bytes: number, values: number): number => (values === 0 ? 0 : (8 * bytes) / values);
