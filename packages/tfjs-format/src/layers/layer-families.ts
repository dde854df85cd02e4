import type { WeightDescriptor } from '@lowbit/core';
import { sizeOf } from '@lowbit/core/adapter';
import {
  biasNamed,
  type BiasedKernel,
  biasOfEquation,
  biasOfSteps,
  type BiasPlace,
  type BiasRule,
} from './bias-rules.js';

/** Which axes of a weight are output channels (ascending) and which one is the input channel. */
export interface KernelAxes {
  readonly outputAxes: readonly number[];
  readonly inputAxis?: number;
  /** How many axes from `inputAxis` on follow one another that are all summed over: they count as one. Default: 1. */
  readonly summedAxes?: number;
}

/** A weight as it is quantized: axes that are summed over together are one, and the axes are those of this shape. */
export interface KernelView {
  readonly shape: readonly number[];
  readonly outputAxes: readonly number[];
  readonly inputAxis?: number;
}

/** @param shape As the layer has the weight. */
export function kernelView(
  shape: readonly number[],
  { outputAxes, inputAxis, summedAxes = 1 }: KernelAxes,
): KernelView {
  if (inputAxis === undefined) return { shape, outputAxes };
  const end = inputAxis + summedAxes;
  const summed = sizeOf(shape.slice(inputAxis, end));
  return {
    shape: [...shape.slice(0, inputAxis), summed, ...shape.slice(end)],
    outputAxes: outputAxes.map((axis) => (axis < inputAxis ? axis : axis - summedAxes + 1)),
    inputAxis,
  };
}

/** One weight of a layer class that can be quantized. */
export interface KernelRule {
  /** Last part of the variable's name, for instance `depthwise_kernel`. */
  readonly variable: string;
  readonly kernel: WeightDescriptor['kernel'];
  /** The axes of a weight with `rank` dimensions, of a layer with these settings; undefined where none is output channels. */
  axes(rank: number, settings?: LayerSettings): KernelAxes | undefined;
  /** Where numbers are added to its output channels. */
  readonly bias: BiasRule;
}

/** What of a layer's configuration its kernels' axes hang on. */
export interface LayerSettings {
  /** Of an EinsumDense: `abc,cd->abd`. */
  readonly equation?: unknown;
}

/** What is known about a layer class. */
export interface LayerFamily {
  readonly kernels: readonly KernelRule[];
  /**
   * Every value of the kernels is used once a position of this tensor (its axes but batch and channels), which
   * gives the multiply-accumulate operations. Absent where the layer multiplies nothing.
   */
  readonly positions?: 'input' | 'output';
}

/** Layer classes by their `className`. */
export type FamilyTable = Readonly<Record<string, LayerFamily>>;

/** `[…, in, out]`: the layout of dense, convolution and recurrent kernels. */
export function lastIsOutput(rank: number): KernelAxes {
  return { outputAxes: [rank - 1], inputAxis: rank - 2 };
}

const bias = biasNamed('bias');

const plainKernel: KernelRule = { variable: 'kernel', kernel: 'kernel', axes: lastIsOutput, bias };

/** `[width, channels, multiplier]` or `[height, width, channels, multiplier]`: both last axes together are the output channels, none is summed. */
const depthwiseKernel: KernelRule = {
  variable: 'depthwise_kernel',
  kernel: 'kernel',
  axes: (rank) => ({ outputAxes: [rank - 2, rank - 1] }),
  bias,
};

/** `[1, channels · multiplier, out]` or `[1, 1, channels · multiplier, out]`. */
const pointwiseKernel: KernelRule = { ...plainKernel, variable: 'pointwise_kernel' };

/** Dense: `[in, out]`. */
const dense: FamilyTable = { Dense: { kernels: [plainKernel], positions: 'output' } };

const convolved: LayerFamily = { kernels: [plainKernel], positions: 'output' };

/** Convolutions: `[width, in, out]`, `[height, width, in, out]`, `[depth, height, width, in, out]`. */
const convolution: FamilyTable = { Conv1D: convolved, Conv2D: convolved, Conv3D: convolved };

const transposedConvolution: LayerFamily = {
  kernels: [{ ...plainKernel, axes: (rank) => ({ outputAxes: [rank - 2], inputAxis: rank - 1 }) }],
  positions: 'input',
};

/** Transposed convolutions: `[width, out, in]`, `[height, width, out, in]`, `[depth, height, width, out, in]`. */
const transposed: FamilyTable = {
  Conv1DTranspose: transposedConvolution,
  Conv2DTranspose: transposedConvolution,
  Conv3DTranspose: transposedConvolution,
};

/** Depthwise convolutions, alone and followed by a pointwise one. */
const depthwiseConvolution: LayerFamily = { kernels: [depthwiseKernel], positions: 'output' };
const separableConvolution: LayerFamily = {
  kernels: [
    { ...depthwiseKernel, bias: () => 'nothing is added between the two products of its layer' },
    pointwiseKernel,
  ],
  positions: 'output',
};
const depthwise: FamilyTable = {
  DepthwiseConv1D: depthwiseConvolution,
  DepthwiseConv2D: depthwiseConvolution,
  SeparableConv1D: separableConvolution,
  SeparableConv2D: separableConvolution,
};

/** Embedding: `[vocabulary, dimension]`, one row a word; each row owns its parameters. */
const embedding: FamilyTable = {
  Embedding: {
    kernels: [
      {
        variable: 'embeddings',
        kernel: 'embedding',
        axes: () => ({ outputAxes: [0], inputAxis: 1 }),
        bias: () => 'it is a table, of which nothing is summed',
      },
    ],
  },
};

const recurrentLayer: LayerFamily = {
  kernels: [
    { ...plainKernel, bias: biasOfSteps(0) },
    { variable: 'recurrent_kernel', kernel: 'recurrent', axes: lastIsOutput, bias: biasOfSteps(1) },
  ],
  positions: 'input',
};

/** Recurrent layers: kernel `[in, gates · units]`, recurrent kernel `[units, gates · units]`. */
const recurrent: FamilyTable = {
  ...{ SimpleRNN: recurrentLayer, GRU: recurrentLayer, LSTM: recurrentLayer },
  ...{ SimpleRNNCell: recurrentLayer, GRUCell: recurrentLayer, LSTMCell: recurrentLayer },
};

const recurrentConvolution: LayerFamily = { kernels: recurrentLayer.kernels };

/** Recurrent convolutions: kernel `[…window, in, 4 · filters]`, recurrent kernel `[…window, filters, 4 · filters]`. */
const convolutionalRecurrent: FamilyTable = {
  ConvLSTM1D: recurrentConvolution,
  ConvLSTM2D: recurrentConvolution,
  ConvLSTM3D: recurrentConvolution,
};

/** `[in, heads, size]`: both last axes together are the output channels. */
const intoHeads = (part: string): KernelRule => ({
  variable: `${part}_kernel`,
  kernel: 'kernel',
  axes: () => ({ outputAxes: [1, 2], inputAxis: 0 }),
  bias: biasNamed(`${part}_bias`, 1),
});

/** Attention: three kernels into heads, and `[heads, size, …out]`, which sums over two axes together. */
const attention: FamilyTable = {
  MultiHeadAttention: {
    kernels: [
      ...['query', 'key', 'value'].map(intoHeads),
      {
        variable: 'attention_output_kernel',
        kernel: 'kernel',
        axes: (rank) => ({
          outputAxes: Array.from({ length: rank - 2 }, (_, i) => i + 2),
          inputAxis: 0,
          summedAxes: 2,
        }),
        bias: biasNamed('attention_output_bias', 2),
      },
    ],
  },
};

/** Letters of the kernel that the output has are output channels, and those that it lacks, where they follow one another, the input channel. */
function axesOfEquation(rank: number, { equation }: LayerSettings = {}): KernelAxes | undefined {
  const [, kernel = '', output = ''] = String(equation).replaceAll(' ', '').split(/,|->/);
  const axes = [...kernel].map((letter, axis) => ({ axis, isOutput: output.includes(letter) }));
  const outputAxes = axes.filter(({ isOutput }) => isOutput).map(({ axis }) => axis);
  const summed = axes.flatMap(({ axis, isOutput }) => (isOutput ? [] : axis));
  // Where nothing is summed each value is a factor of its own.
  if (axes.length !== rank || outputAxes.length === 0 || summed.length === 0) return undefined;
  const [inputAxis] = summed;
  const isTogether = inputAxis !== undefined && summed.at(-1) === inputAxis + summed.length - 1;
  return { outputAxes, ...(isTogether && { inputAxis, summedAxes: summed.length }) };
}

/** Products that an equation describes. */
const einsum: FamilyTable = {
  EinsumDense: { kernels: [{ ...plainKernel, axes: axesOfEquation, bias: biasOfEquation }] },
};

/** What the names of layers that `@lowbit/tfjs` adds begin with; the rest is the class of Keras that they compute and whose weights they have. */
export const ownPrefix = 'Lowbit';

function withOwn(table: FamilyTable): FamilyTable {
  const own = Object.entries(table).map(([name, family]) => [`${ownPrefix}${name}`, family] as const);
  return { ...table, ...Object.fromEntries(own) };
}

/** Layers of products and sums, into whose kernels a batch normalization behind them can go. */
export const linearFamilies: FamilyTable = withOwn({
  ...dense,
  ...convolution,
  ...transposed,
  ...depthwise,
});

/** Every layer class whose weights can be quantized. */
export const layerFamilies: FamilyTable = {
  ...linearFamilies,
  ...withOwn({ ...embedding, ...recurrent, ...convolutionalRecurrent, ...attention, ...einsum }),
};

/**
 * Where numbers are added to the output channels of a weight; why nowhere, a clause.
 *
 * @param className Of its layer.
 * @param variable Last part of its name, for instance `depthwise_kernel`.
 * @param kernel Its shape is `undefined` where the layer has no such weight.
 */
export function biasPlace(
  className: string,
  variable: string,
  kernel: Omit<BiasedKernel, 'channels' | 'shape'> & { readonly shape: readonly number[] | undefined },
): BiasPlace | string {
  const { shape, settings } = kernel;
  const rule = layerFamilies[className]?.kernels.find((one) => one.variable === variable);
  const axes = shape && rule?.axes(shape.length, settings);
  if (rule === undefined || shape === undefined || axes === undefined)
    return 'nothing is known of what is added to its channels';
  const channels = sizeOf(axes.outputAxes.map((axis) => shape[axis] as number));
  return rule.bias({ ...kernel, shape, channels });
}
