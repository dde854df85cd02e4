import type { Value } from '../graph/value.js';
import type { Arrangement } from '../graph/arrange.js';
import { activated, refusedActivation } from './activation.js';
import { inputOf, outputOf, type Call, type LayerRule, type RuleTable, type WrittenCall } from './rule.js';
import { bothEnds, paddingOf, reach, windowOf, type Window } from './windows.js';

/** Axes 0 … n − 1. */
const upTo = (count: number): readonly number[] => Array.from({ length: count }, (_, i) => i);

/** Attributes of a window as convolutions of ONNX have them. */
function windowAttributes({ size, strides, dilation }: Window) {
  return { kernel_shape: size, strides, dilations: dilation };
}

interface Filter {
  readonly kernel: string;
  readonly arrangement: Arrangement;
  readonly group: number;
  readonly bias?: string;
}

/** A convolution over channels that stand first. @returns The name of what comes out, channels first. */
async function convolve(
  { graph, weights, layer }: WrittenCall,
  x: string,
  window: Window,
  padding: object,
  { kernel, arrangement, group, bias }: Filter,
): Promise<string> {
  const inputs = [x, (await weights.find(layer, kernel, arrangement))!];
  const shift = bias === undefined ? undefined : await weights.find(layer, bias);
  const attributes = { ...windowAttributes(window), ...padding, group };
  return graph.node('Conv', shift === undefined ? inputs : [...inputs, shift], attributes);
}

function finish(call: WrittenCall, x: string): Value {
  return call.graph.value(activated(call, x, 'first'), outputOf(call), 'first');
}

/** Kernel `[…window, in / groups, filters]`, for ONNX `[filters, in / groups, …window]`. */
function convolution(rank: number): LayerRule {
  return {
    refuse: refusedActivation,
    write: async (call) => {
      const window = windowOf(call.settings, rank);
      const padding = paddingOf(call.settings.text('padding', 'valid'), window, inputOf(call));
      const arrangement = { axes: [rank + 1, rank, ...upTo(rank)] };
      const filter = { kernel: 'kernel', arrangement, group: call.settings.size('groups', 1), bias: 'bias' };
      return finish(call, await convolve(call, call.graph.first(call.inputs[0]!), window, padding, filter));
    },
  };
}

/** Kernel `[…window, in, multiplier]`, for ONNX `[in · multiplier, 1, …window]`. */
function depthwiseFilter({ settings, inputs }: Call, rank: number, name: string) {
  const channels = inputs[0]!.shape!.at(-1) as number;
  const multiplier = settings.size('depth_multiplier', 1);
  const dims = [channels * multiplier, 1, ...settings.sizes('kernel_size', rank)];
  return { kernel: name, arrangement: { axes: [rank, rank + 1, ...upTo(rank)], dims }, group: channels };
}

function depthwise(rank: number): LayerRule {
  return {
    refuse: refusedActivation,
    write: async (call) => {
      const window = windowOf(call.settings, rank);
      const padding = paddingOf(call.settings.text('padding', 'valid'), window, inputOf(call));
      const filter = { ...depthwiseFilter(call, rank, 'depthwise_kernel'), bias: 'bias' };
      return finish(call, await convolve(call, call.graph.first(call.inputs[0]!), window, padding, filter));
    },
  };
}

/** Channel by channel, then a convolution that sees one place. */
function separable(rank: number): LayerRule {
  return {
    refuse: refusedActivation,
    write: async (call) => {
      const window = windowOf(call.settings, rank);
      const padding = paddingOf(call.settings.text('padding', 'valid'), window, inputOf(call));
      const x = call.graph.first(call.inputs[0]!);
      const depth = depthwiseFilter(call, rank, 'depthwise_kernel');
      const between = await convolve(call, x, window, padding, depth);
      const ones = upTo(rank).map(() => 1);
      const arrangement = { axes: [rank + 1, rank, ...upTo(rank)] };
      const point = { kernel: 'pointwise_kernel', arrangement, group: 1, bias: 'bias' };
      const single = { size: ones, strides: ones, dilation: ones };
      return finish(call, await convolve(call, between, single, {}, point));
    },
  };
}

/** Kernel `[…window, filters, in]`, for ONNX `[in, filters, …window]`. */
function transposed(rank: number): LayerRule {
  return {
    refuse: refusedActivation,
    write: async (call) => {
      const { graph, weights, layer } = call;
      const axes = [rank + 1, rank, ...upTo(rank)];
      const kernel = await weights.find(layer, 'kernel', { axes });
      const bias = await weights.find(layer, 'bias');
      const x = graph.first(call.inputs[0]!);
      const window = windowOf(call.settings, rank);
      const attributes = { ...windowAttributes(window), ...transposedPadding(call, window) };
      const given = bias === undefined ? [x, kernel!] : [x, kernel!, bias];
      return finish(call, graph.node('ConvTranspose', given, attributes));
    },
  };
}

/**
 * What is cut off at both ends, and what is added at the end, so that the length is that of Keras: `same` gives the length times the
 * stride, `valid` all that the window reaches; `output_padding` adds to (length − 1) · stride + reach − 2 ⌊reach / 2⌋, or without the last
 * term where nothing is padded. What is cut off is halved, the smaller half in front, as the gradient of the convolution has it.
 */
function transposedPadding({ settings }: Call, window: Window) {
  const isSame = settings.text('padding', 'valid') === 'same';
  const extra = settings.has('output_padding') ? settings.integers('output_padding') : undefined;
  const cut = window.size.map((_, axis) => {
    const [length, stride] = [reach(window, axis), window.strides[axis]!];
    if (extra !== undefined)
      return (isSame ? 2 * Math.floor(length / 2) : 0) - (extra[axis] ?? extra[0] ?? 0);
    return isSame ? length - stride : Math.min(length - stride, 0);
  });
  const pairs = cut.map((total) => {
    const least = Math.max(total, 0);
    return [Math.floor(least / 2), Math.ceil(least / 2)] as const;
  });
  return { ...bothEnds(pairs), output_padding: cut.map((total) => Math.max(-total, 0)) };
}

export const convolutionRules: RuleTable = {
  Conv1D: convolution(1),
  Conv2D: convolution(2),
  Conv3D: convolution(3),
  Conv1DTranspose: transposed(1),
  Conv2DTranspose: transposed(2),
  Conv3DTranspose: transposed(3),
  DepthwiseConv1D: depthwise(1),
  DepthwiseConv2D: depthwise(2),
  SeparableConv1D: separable(1),
  SeparableConv2D: separable(2),
};
