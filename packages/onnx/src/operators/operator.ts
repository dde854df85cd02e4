import type { WeightDescriptor } from '@lowbit/core';
import type { AttributeValue } from '../graph/make-node.js';
import type { DataType, NodeProto } from '../schema/proto.js';

/**
 * What lowbit knows of one operator with weights: facts and small functions. What writes nodes for it is in
 * `forms/` and `integer/`. Everything but names, weights and samples may be left out: the operator then has no part in it.
 */
export interface Operator {
  /** The operators that these facts hold of. */
  readonly names: readonly string[];
  /** Default: the standard operators. */
  readonly domain?: string;
  /**
   * `each`: every role is a weight of its own. `one`: the roles are operands, and the first constant one is the
   * weight, of more than two each. `table`: the one role is a weight where it is a constant of floats, and of no interest otherwise.
   */
  readonly takes: 'each' | 'one' | 'table';
  /** The inputs that can be weights. */
  roles(node: NodeProto): readonly WeightRole[];
  /** The axes of an output. Absent: samples along the first, channels along the last. */
  features?(node: NodeProto, output: OutputPlace): FeatureAxes;
  /** Products that are summed for one output value; absent or `undefined`: not known. */
  products?(weight: WeightShape): number | undefined;
  /**
   * How the weights, which are input 1, make each output channel a weighted sum; `undefined` for dimensions with which
   * they do not.
   */
  linear?(dims: readonly number[], node: NodeProto): LinearShape | undefined;
  /** The rows that the output channels of a weight are multiplied with, or why they are not known; absent: not known. */
  inputRows?(node: NodeProto, weight: WeightInput): InputRows | string;
  /** Where what a weight adds to its output channels on average can be taken off, or why it cannot; absent: it cannot. */
  bias?(node: NodeProto, weight: WeightInput): BiasPlace | string;
  /** The input beside the weight, where it can be quantized in front of the operator. */
  readonly activation?: ActivationInputFacts;
  /** The matrix product that it is with its second input as a matrix. */
  readonly product?: ProductFacts;
  /** How it is computed in integers. */
  readonly integer?: IntegerFacts;
  /** Why a node that is left when it was to become operators with forms in integers did not, as the end of a sentence. */
  floats?(node: NodeProto): string;
  /** Nodes with which axes, linearity, features and the written form are tried, in the runtime too: a plain one, and one for each attribute that changes a fact. */
  readonly samples: readonly OperatorSample[];
}

/** A node with its weights. What it gives is named `y`. */
export interface OperatorSample {
  /** Default: the first name. */
  readonly name?: string;
  /** Of the standard's operators. Default: 17. */
  readonly opset?: number;
  /** What attributes it has that change a fact. */
  readonly attributes?: Readonly<Record<string, AttributeValue>>;
  /** Dimensions of the inputs, in their order; those with {@link weights} are constants. */
  readonly inputs: Readonly<Record<string, readonly number[]>>;
  /** Types of inputs that are no floats, which are indices. */
  readonly types?: Readonly<Record<string, DataType>>;
  readonly output: readonly number[];
  /** Names of further outputs that the operator has to have. */
  readonly besides?: readonly string[];
  /** How the axes of the weights read; their shape is that of the input where nothing else is said. */
  readonly weights: Readonly<Record<string, Omit<WeightView, 'shape'> & Partial<WeightView>>>;
  /** `false` where onnxruntime-web has no kernel of the operator: what it computes is not tried. */
  readonly runs?: false;
}

/** An input of an operator that can be a weight. */
export interface WeightRole {
  /** Index of the input. */
  readonly input: number;
  readonly kernel: WeightDescriptor['kernel'];
  readonly axes: ReadAxes;
}

/** How an operator means the axes of its weight; a text when it cannot be a weight. */
export type ReadAxes = (shape: readonly number[]) => WeightView | string;

/** What the axes of some data mean, in a row-major shape of them. */
export interface WeightView {
  readonly shape: readonly number[];
  readonly outputAxes: readonly number[];
  readonly inputAxis?: number;
}

/** A weight as its operator sees it, and the dimensions of its tensor. */
export interface WeightShape extends WeightView {
  readonly dims: readonly number[];
}

/** Which input of a node is a weight, and the dimensions that it has there. */
export interface WeightInput {
  readonly input: number;
  readonly dims: readonly number[];
}

/** Where the rows lie that every output channel is multiplied with: in a value that the node takes or gives. */
export type InputRows =
  | {
      readonly kind: 'axis';
      readonly value: string;
      /** The axis that a row runs along, from the end. */
      readonly axis: -1 | -2;
      /** Whether steps come first, and samples second. */
      readonly isTimeFirst?: boolean;
    }
  | { readonly kind: 'window'; readonly value: string; readonly window: Window }
  | {
      readonly kind: 'steps';
      readonly value: string;
      /** What the first step begins with. Absent: zeros. */
      readonly start?: string;
      readonly directions: readonly ('forward' | 'reverse')[];
      readonly layout: 0 | 1;
    };

/** Where numbers are added to the output channels of a weight. */
export interface BiasPlace {
  /** The input that holds them; absent where the operator has none. */
  readonly input?: number;
  /** What products are multiplied with, and what that input: the default of both is 1. */
  readonly alpha?: number;
  readonly beta?: number;
  /** Dimensions of that input and where in it the channels stand, one run behind the other. Default: one number a channel. */
  readonly within?: {
    readonly dims: readonly number[];
    /** Channels of a run, numbers from one run to the next, and where the first begins. */
    readonly length: number;
    readonly every: number;
    readonly from: number;
  };
  /** The axis of the channels in the output, from the end as in −1; absent where more is computed behind the sum. */
  readonly axis?: number;
}

/** How a convolution takes its patches of a value [samples, channels, positions…]; zeros of the padding take part. */
export interface Window {
  readonly groups: number;
  readonly kernel: readonly number[];
  readonly strides: readonly number[];
  readonly dilations: readonly number[];
  /** All beginnings, then all ends, or the rule that they come from. */
  readonly pads: readonly number[] | 'SAME_UPPER' | 'SAME_LOWER';
  /** Of a transposed convolution, whose patches are what its output positions are made of. */
  readonly transposed?: { readonly padding: readonly number[]; readonly shape?: readonly number[] };
}

/** Which output is asked for, and how many axes it has. */
export interface OutputPlace {
  readonly output: number;
  readonly rank: number;
  /** Index of the input that is the weight. */
  readonly weight: number;
}

/** Which axes of a layer's output tell samples apart, and which are channels; all others are averaged away. */
export interface FeatureAxes {
  readonly batch: number;
  readonly channels: readonly number[];
}

/** Every output channel is a weighted sum plus a bias. */
export interface LinearShape {
  readonly channels: number;
  /** How output channels follow one another in the weights. */
  readonly runs: ChannelRuns;
  /** Axis of the channels in the output, counted from the end as in −1. */
  readonly channelAxis: number;
  /** Rank of the output, where the operator fixes it. */
  readonly rank?: number;
  /** Whether the operator takes a bias, as its third input. */
  readonly takesBias: boolean;
  /** Whether values from beside its input take part in the sums. */
  readonly pads: boolean;
  /** Why the weights or the bias must stay as they are; absent when they may change. */
  readonly fixed?: string;
}

/** Weights in row-major order, cut into runs of `length`. */
export interface ChannelRuns {
  readonly length: number;
  /** By how much the output channel grows from one weight of a run to the next. */
  readonly step: 0 | 1;
  /** The output channel of the first weight of a run. */
  readonly channelOf: (run: number) => number;
}

/** How the input beside the weight is laid out. */
export interface ActivationInputFacts {
  /** Whether the first axis of the first input is not that of samples. */
  isTurned?(node: NodeProto): boolean;
  /**
   * The axis of the weight, from the end, along which a row of the input is multiplied; absent: the weight is a window that
   * moves over the input, and patches are multiplied.
   */
  rowAxis?(node: NodeProto): -1 | -2;
}

/** A product with a matrix as the second input. */
export interface ProductFacts {
  /** The axis of the matrix that products run along. */
  along(node: NodeProto): 0 | 1;
  /** What a node asks for that a plain product has not, as the object of a sentence. */
  unfit?(node: NodeProto): string | undefined;
}

/** What a layer becomes that is computed in integers. */
export interface IntegerFacts {
  /** The operator that multiplies the codes: as it is written, and as runtimes fuse what is written around it, where they do. */
  readonly becomes: {
    readonly operators: 'ConvInteger' | 'MatMulInteger' | 'QAttention';
    readonly qdq?: string;
  };
  /** What is counted to tell whether integers are faster; `undefined` for shapes that have no integer form. */
  geometry(node: NodeProto, shape: readonly number[]): Geometry | undefined;
  /** Whether the third input is a bias. */
  readonly takesBias: boolean;
  /** Why a node has no integer form, as the end of a sentence. */
  unfit?(node: NodeProto): string | undefined;
  /** Whether its result is handed on as 8-bit integers, in the form `qdq`. */
  readonly givesIntegers: boolean;
  /** Whether runtimes fuse it only where zero points are stored that are 0. */
  readonly storesZeroPoint: boolean;
}

/** One output position of a convolution or product. */
export interface Geometry {
  readonly op: 'Conv' | 'MatMul' | 'Gemm';
  /** Products summed for one output value. */
  readonly products: number;
  readonly outputs: number;
  /** Input values for each output position: channels × strides. */
  readonly inputs: number;
  /** Whether a window wider than one value has to be gathered first. */
  readonly gathers: boolean;
  /** Axes of the window: 2 for a picture, 1 for a signal; 0 for products. */
  readonly axes: number;
  readonly depthwise: boolean;
}

/** Why a constant of one axis, or none, is no weight. */
export const vector = 'the weight is a vector: it has no output channels';
