import type { RangeStatistics, SiteStatistics } from '../calibration/site-statistics.js';
import type { QuantizedTensor, SliceParameters } from '../scheme/types.js';
import type { SessionOptions } from './events.js';
import type { Batch, RunOutputs } from './model-run.js';
import type { Options } from './options.js';
import type { Quantizer } from './quantizer.js';
import type { ResolvedPlan } from './resolved-plan.js';

/** Everything that is decided when writing begins: the plan with all that it names, and its fitted activation sites. */
export interface Outcome extends ResolvedPlan, FittedActivations {}

/** An activation site with the parameters that were fitted to it. */
export interface FittedSite {
  readonly id: string;
  readonly bits: number;
  readonly quantizer: Quantizer;
  readonly options: Options;
  /** One slice. Absent for a dynamic quantizer, which measures on each call. */
  readonly parameters?: SliceParameters;
  readonly statistics?: RangeStatistics | SiteStatistics;
}

/** The activation sites of a plan, once they are fitted. */
export interface FittedActivations {
  /** By id: those that are quantized; none when activations stay float. */
  readonly activations: ReadonlyMap<string, FittedSite>;
  /** By id: why others stay float whatever the port can do, as a clause about the value ("it never changed …"). */
  readonly floatSites: ReadonlyMap<string, string>;
}

/** How one tensor was stored in the target, told by the port when it has written. */
export interface StorageNote {
  readonly id: string;
  /** Short name of the form, for instance `Cast→Mul→Add`. */
  readonly form: string;
  /** Bytes in the file: codes, parameters and container. */
  readonly storedBytes: number;
  /** Of them those of codes and parameters, as in `StorageCost`. Absent: all. */
  readonly valueBytes?: number;
  /** Bytes in memory at run time on the target. */
  readonly memoryBytes: number;
  /** The weight was left as it was, for the reason given: the report lists it as skipped. */
  readonly float?: true;
  /** What became of the shift that came with the weight; absent where none did. */
  readonly bias?: BiasNote;
  /** What the plan's entry tells of a wanted form does not hold of what was written: the report leaves it out. */
  readonly unmet?: true;
  /** Why this form, or what it costs. */
  readonly reason: string;
  /**
   * What was really written, where codes or parameters are not those of the outcome: a tensor, or its values, row-major in the
   * weight's shape. Called once, for the report, which then measures the error of that.
   */
  readonly written?: () => QuantizedTensor | Float32Array;
}

/** Where the shift of a weight was taken off, told by the port when it has written. */
export interface BiasNote {
  /** Short name of what was changed: `bias` for one that was there, `new bias`, `Add` … ; `float` where nothing was. */
  readonly form: string;
  /** Bytes that the file has more by it. */
  readonly storedBytes: number;
  /** Nothing was changed, for the reason given. */
  readonly left?: true;
  readonly reason: string;
}

/** What became of one activation site, told by the port when it has written. */
export interface ActivationNote {
  readonly id: string;
  /** Short name of how it was written, for instance `uint8`; `float` when it was not. */
  readonly form: string;
  /** The value stays float although the plan quantizes it, for the reason given. */
  readonly float?: true;
  /** Why this form, and where among the site's users it does not hold. */
  readonly reason: string;
}

/** What a port expects of the time that a result takes, where that can be told. */
export interface SpeedForecast {
  /** How many times as fast as the original the result is with layers in integers, or would be. */
  readonly timesAsFast: number;
  /** `false`: layers are computed in floats all the same, since integers would gain nothing. */
  readonly taken: boolean;
}

/** What of a model computes in float16 from now on, and what does not and why. */
export interface HalfPrecision {
  /** Nodes that compute in float16. */
  readonly nodes: number;
  /** Nodes that compute with floats and stay float32. */
  readonly kept: readonly { readonly node: string; readonly operator: string; readonly reason: string }[];
  /** Constants that float16 does not hold: they stay float32. */
  readonly unfit: readonly { readonly name: string; readonly reason: string }[];
  /** Constants of which some values, too small for float16, became 0. */
  readonly zeros: readonly { readonly name: string; readonly values: number }[];
  /** Where values were measured on data: the largest magnitude that float16 is taken for, and the float16 values that come closest to it. */
  readonly measured?: {
    readonly limit: number;
    readonly closest: readonly { readonly name: string; readonly largest: number }[];
  };
}

/** What writing gives. */
export interface Applied<M> {
  readonly model: M;
  readonly storage: readonly StorageNote[];
  /** What became of the plan's activation sites; those without a note were written as planned. */
  readonly activations?: readonly ActivationNote[];
  /** Bytes of the whole model before and after. */
  readonly modelBytes: { readonly before: number; readonly after: number };
  readonly forecast?: SpeedForecast;
  /** Absent where the model was not to compute in float16. */
  readonly float16?: HalfPrecision;
  /** Runs the result, as the port's own `run` does the original; nothing is replaced. Absent when the port cannot run the model. */
  readonly run?: RunResult;
}

/** Runs a result batch by batch and gives its outputs as floats, by the names that those of the original have. */
export type RunResult = (
  batches: Iterable<Batch> | AsyncIterable<Batch>,
  options?: SessionOptions,
) => AsyncIterable<RunOutputs>;

/** Takes the quantized weights of a plan, one after the other, and makes the result of them. */
export interface ModelWriter<M> {
  /**
   * Takes a weight of the plan: each once, in any order, which changes nothing in the result. The tensor is the writer's from here
   * on; it is packed at once where its form needs nothing else of the model, so that codes of all weights never stand side by side.
   *
   * @param shift What the tensor adds to each output channel on average beyond what the weight did, in the order of its output axes, to
   *   be taken off the bias of its layer unless the weight stays float; for weights that say they have one alone.
   * @throws LowbitError `plan-mismatch` for a tensor that is no weight of the plan, or of another shape.
   */
  add(id: string, tensor: QuantizedTensor, shift?: Float32Array): void | Promise<void>;
  /** Makes the result, when all weights are there. */
  finish(): Applied<M> | Promise<Applied<M>>;
}
