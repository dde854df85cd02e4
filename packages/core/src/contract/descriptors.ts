import type { Granularity } from './policy.js';
import type { GridKind, NormalDistribution } from './quantizer.js';

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
  /** As it was chosen: groups may be longer than the input axis, which are channels unless the form wants something else. */
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
  /**
   * Whether what the weight adds to its output channels on average can be taken off again, by the bias of its layer or by one that is
   * added; a text why not, a clause. Absent for ports that change no biases.
   */
  readonly bias?: true | string;
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
  /** What is wrong with it, for the warnings of the report. */
  readonly warning?: string;
}
