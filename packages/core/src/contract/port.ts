import type { CostEntry, StorageCost } from './storage-cost.js';
import type { Calibration, RangeStatistics, SiteStatistics } from '../calibration/site-statistics.js';
import type { RunOptions, RunOutputs } from './model-run.js';
import type { PortForm } from './plan.js';
import type { ResolvedPlan } from './resolved-plan.js';
import type { Options } from './options.js';
import type { FeatureSet, Granularity } from './policy.js';
import type { GridKind, NormalDistribution, Quantizer } from './quantizer.js';
import type { ParameterStorage, QuantizedTensor, SliceParameters } from '../scheme/types.js';
import type { SessionOptions } from './events.js';

/** What the packed form of a weight wants, so that it can be taken. */
export interface WantedForm {
  /** Short name of the form, for instance `MatMulNBits`. */
  readonly form: string;
  /** The grid that every slice must have. Absent where any will do. */
  readonly grid?: GridKind;
  /** What must share parameters. Absent where that at hand will do. */
  readonly granularity?: Granularity;
}

/** What is decided of a weight when its port is asked what it wants. */
export interface WeightSettings {
  readonly bits: number;
  readonly granularity: Granularity;
  /** Whether the plan quantizes activations too. */
  readonly activations: boolean;
  /** Whether ranges of activations are measured on each run instead of being known beforehand. */
  readonly measuresRanges?: boolean;
}

/** One weight that can be quantized. */
export interface WeightDescriptor {
  /** Unique in the model and stable between runs. A weight shared by several layers has one id. */
  readonly id: string;
  readonly kernel: 'kernel' | 'recurrent' | 'embedding';
  /** The shape that the axes below refer to; `read()` is row-major in it. */
  readonly shape: readonly number[];
  /** The axes whose indices are output channels, ascending: they own the parameters at granularity `channel`. */
  readonly outputAxes: readonly number[];
  /** The axis of input channels, along which groups are formed. Absent where there is none. */
  readonly inputAxis?: number;
  /** Bytes that the weight takes in the model as it is. */
  readonly storedBytes: number;
  /**
   * Why the weight must not be quantized: an earlier run has done so, and its values are still those ("quantized already by lowbit:
   * min-max at 4 bits"). Plans leave it as it is for this reason, and writing keeps its form; training may move it.
   */
  readonly quantizedBefore?: string;
  /**
   * What the packed form of the weight wants at these bits, asked while planning; `undefined` where it has none. What the user
   * chose stays, otherwise the plan takes what is wanted.
   */
  wants?(entry: WeightSettings): WantedForm | undefined;
  /**
   * The values, freshly read, before and after writing; the caller may keep them.
   *
   * @param into An array of their number that may be filled and returned instead of a new one.
   */
  read(into?: Float32Array): Float32Array | Promise<Float32Array>;
}

/** A place where activations can be quantized. */
export interface SiteDescriptor {
  /** Unique in the model and stable between runs. Several layers may name the same site. */
  readonly id: string;
  /** Name of the tensor that is quantized there. */
  readonly tensor: string;
  /** Whether the layer reads the tensor or produces it. */
  readonly side: 'input' | 'output';
  /** The distribution that batch normalization gives the values, before any rectifier, where there is one. */
  readonly normal?: NormalDistribution;
}

/** One operator or layer, in the order of execution. */
export interface LayerDescriptor {
  readonly id: string;
  /** The framework's own name of the operator: `Conv`, `Dense`, `LSTM` … */
  readonly op: string;
  readonly depth: number;
  /** Multiply-accumulate operations of one sample, where known. */
  readonly macs?: number;
  readonly weights: readonly WeightDescriptor[];
  readonly sites: readonly SiteDescriptor[];
  /** Why the layer, or some of its weights, cannot be quantized. */
  readonly skipped?: readonly SkipNote[];
}

export interface SkipNote {
  /** What is skipped: the weight's name, or the layer's id when it has none. */
  readonly subject: string;
  readonly reason: string;
  /** It is skipped since it was quantized before. */
  readonly quantizedBefore?: true;
  /** What would let it be quantized, a sentence. */
  readonly remedy?: string;
}

/** What a port can do and store; planning checks against it. */
export interface PortCapabilities {
  readonly parameterStorage: readonly (Exclude<ParameterStorage, object> | 'two-level')[];
  readonly activations: boolean;
}

/** A batch of named inputs; names are those of the model's inputs. */
export interface Batch {
  readonly inputs: Readonly<
    Record<string, { readonly shape: readonly number[]; readonly data: ArrayLike<number> }>
  >;
  readonly labels?: ArrayLike<number>;
}

/** How one tensor was stored in the target, told by the port when it has written. */
export interface StorageNote {
  readonly id: string;
  /** Short name of the form, for instance `Cast→Mul→Add`. */
  readonly form: string;
  /** Bytes in the file: codes, parameters and container. */
  readonly storedBytes: number;
  /** Bytes in memory at run time on the target. */
  readonly memoryBytes: number;
  /** The weight was left as it was, for the reason given: the report lists it as skipped. */
  readonly float?: true;
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

/** What to look at while the model runs. */
export interface ObserveOptions extends SessionOptions {
  /** Ids of the sites; default: all of them. */
  readonly sites?: readonly string[];
  /**
   * `all` (default): everything that {@link SiteStatistics} has. `ranges`: what {@link RangeStatistics} has, which is
   * faster and enough for quantizers that declare `needs: 'ranges'`; others then fail with `calibration-missing`.
   */
  readonly statistics?: 'ranges' | 'all';
  /** Values kept of each site; default 4096. */
  readonly sampleSize?: number;
  /** Default 0. */
  readonly seed?: number;
}

/** What writing gives. */
export interface Applied<M> {
  readonly model: M;
  readonly storage: readonly StorageNote[];
  /** What became of the plan's activation sites; those without a note were written as planned. */
  readonly activations?: readonly ActivationNote[];
  /** Bytes of the whole model before and after. */
  readonly modelBytes: { readonly before: number; readonly after: number };
}

/** Takes the quantized weights of a plan, one after the other, and makes the result of them. */
export interface ModelWriter<M> {
  /**
   * Takes a weight of the plan: each once, in any order, which changes nothing in the result. The tensor is the writer's from here
   * on; it is packed at once where its form needs nothing else of the model, so that codes of all weights never stand side by side.
   *
   * @throws LowbitError `plan-mismatch` for a tensor that is no weight of the plan, or of another shape.
   */
  add(id: string, tensor: QuantizedTensor): void | Promise<void>;
  /** Makes the result, when all weights are there. */
  finish(): Applied<M> | Promise<Applied<M>>;
}

/** A model of some framework, seen neutrally. Nothing is computed until a method is called. */
export interface ModelPort<M> {
  /** Name of the adapter: `onnx`, `tfjs`, `keras`. */
  readonly name: string;
  readonly supports: PortCapabilities;
  /** The form of this port, stored in plans. Absent for ports that have none to choose. */
  readonly form?: PortForm;
  /**
   * This model in the form that a stored plan was made with. Called when the plan's form is another than the port's.
   *
   * @throws LowbitError `plan-mismatch` when another form was asked for, or the form is not known.
   */
  inForm?(form: PortForm): ModelPort<M>;
  layers(): readonly LayerDescriptor[] | Promise<readonly LayerDescriptor[]>;
  /** Runs the model and gathers statistics of its sites. Absent when the port cannot run the model. */
  observe?(batches: Iterable<Batch> | AsyncIterable<Batch>, options?: ObserveOptions): Promise<Calibration>;
  /**
   * Runs the model on labelled batches and gives each layer's output for each sample, averaged over space and time:
   * one row of channels a sample. Absent when the port cannot run the model.
   */
  features?(batches: Iterable<Batch> | AsyncIterable<Batch>, options?: SessionOptions): Promise<FeatureSet>;
  /**
   * Runs the model batch by batch and gives its outputs as floats. Absent when the port cannot run the model.
   *
   * @throws LowbitError `invalid-argument` for weights and tensors that the model does not have, and values that are not as many.
   */
  run?(batches: Iterable<Batch> | AsyncIterable<Batch>, options?: RunOptions): AsyncIterable<RunOutputs>;
  /**
   * What a weight would cost, from its shape and the entry alone: at least what writing notes of it, for planning. Layers that compute
   * in integers, and parameters that their storage does not hold closely, may take more. Absent when the port cannot tell.
   */
  cost?(weight: WeightDescriptor, entry: CostEntry): StorageCost | Promise<StorageCost>;
  /** Begins to write a result. The user's own model is never changed. */
  write(outcome: Outcome): ModelWriter<M>;
}
