import type { Shape } from '../model.js';
import { lastSize, product, type ClassTable, type LayerClass, type MaybeShape } from './layer-class.js';
import { biasRule } from './linear.js';
import type { Settings } from './settings.js';

/** The length of an axis after a window of `size` went over it. */
export function windowedLength(
  length: number | null,
  size: number,
  stride: number,
  dilation: number,
  padding: string,
): number | null {
  if (length === null) return null;
  // A causal window sees as many zeros before the start as make up for its reach.
  if (padding !== 'valid') return Math.ceil(length / stride);
  return Math.max(0, Math.floor((length - (size - 1) * dilation - 1) / stride) + 1);
}

/** Sizes of the axes between batch and channels. */
function spatial(input: Shape, rank: number): Shape {
  return input.slice(1, 1 + rank);
}

/** The length of an axis after a transposed convolution. */
function transposedLength(
  settings: Settings,
  rank: number,
): (length: number | null, axis: number) => number | null {
  const kernel = settings.sizes('kernel_size', rank);
  const strides = settings.sizes('strides', rank, 1);
  const dilation = settings.sizes('dilation_rate', rank, 1);
  const isSame = settings.text('padding', 'valid') === 'same';
  const extra = outputPadding(settings, rank);
  return (length, axis) => {
    if (length === null) return null;
    const reach = (kernel[axis]! - 1) * dilation[axis]! + 1;
    const stride = strides[axis]!;
    if (extra === undefined) return length * stride + (isSame ? 0 : Math.max(reach - stride, 0));
    const pad = isSame ? Math.floor(reach / 2) : 0;
    return (length - 1) * stride + reach - 2 * pad + extra[axis]!;
  };
}

function convolved(settings: Settings, input: MaybeShape, rank: number, channels: number | null): MaybeShape {
  if (input === undefined) return undefined;
  const kernel = settings.sizes('kernel_size', rank);
  const strides = settings.sizes('strides', rank, 1);
  const dilation = settings.sizes('dilation_rate', rank, 1);
  const padding = settings.text('padding', 'valid');
  const lengths = spatial(input, rank).map((length, i) =>
    windowedLength(length, kernel[i]!, strides[i]!, dilation[i]!, padding),
  );
  return [input[0]!, ...lengths, channels];
}

/** Kernel `[…window, in / groups, filters]`. */
function convolution(rank: number): LayerClass {
  return {
    weights: (settings, [input]) => {
      const filters = settings.size('filters');
      const channels = lastSize(input);
      const inGroup = channels === null ? null : channels / settings.size('groups', 1);
      const kernel = [...settings.sizes('kernel_size', rank), inGroup, filters];
      return [{ name: 'kernel', shape: kernel }, ...biasRule(settings, [filters])];
    },
    output: (settings, [input]) => convolved(settings, input, rank, settings.size('filters')),
  };
}

/**
 * Zeros at the end of what comes out, for each axis; undefined where Keras finds them.
 *
 * @throws LowbitError `model-malformed`: Keras takes fewer than the window steps on.
 */
function outputPadding(settings: Settings, rank: number): readonly number[] | undefined {
  if (!settings.has('output_padding')) return undefined;
  const extra = settings.integers('output_padding');
  const strides = settings.sizes('strides', rank, 1);
  const each = strides.map((_, axis) => extra[axis] ?? extra[0]!);
  if (each.some((count, axis) => count < 0 || count >= strides[axis]!))
    settings.wrong(
      'output_padding',
      `numbers from 0 that are smaller than the strides, ${strides.join(' and ')}`,
    );
  return each;
}

/** Kernel `[…window, filters, in]`. */
function transposed(rank: number): LayerClass {
  return {
    weights: (settings, [input]) => {
      const filters = settings.size('filters');
      const kernel = [...settings.sizes('kernel_size', rank), filters, lastSize(input)];
      return [{ name: 'kernel', shape: kernel }, ...biasRule(settings, [filters])];
    },
    output: (settings, [input]) =>
      input && [
        input[0]!,
        ...spatial(input, rank).map(transposedLength(settings, rank)),
        settings.size('filters'),
      ],
  };
}

function multiplied(settings: Settings, input: MaybeShape): number | null {
  return product([lastSize(input), settings.size('depth_multiplier', 1)]);
}

/** Kernel `[…window, in, multiplier]`. */
function depthwise(rank: number): LayerClass {
  return {
    weights: (settings, [input]) => {
      const kernel = [
        ...settings.sizes('kernel_size', rank),
        lastSize(input),
        settings.size('depth_multiplier', 1),
      ];
      return [
        { name: 'depthwise_kernel', shape: kernel },
        ...biasRule(settings, [multiplied(settings, input)]),
      ];
    },
    output: (settings, [input]) => convolved(settings, input, rank, multiplied(settings, input)),
  };
}

/** Depthwise kernel `[…window, in, multiplier]`, pointwise kernel `[1…, in · multiplier, filters]`. */
function separable(rank: number): LayerClass {
  return {
    weights: (settings, [input]) => {
      const filters = settings.size('filters');
      const [each] = depthwise(rank).weights!(settings, [input]);
      const ones = Array<number>(rank).fill(1);
      const pointwise = [...ones, multiplied(settings, input), filters];
      return [each!, { name: 'pointwise_kernel', shape: pointwise }, ...biasRule(settings, [filters])];
    },
    output: (settings, [input]) => convolved(settings, input, rank, settings.size('filters')),
  };
}

export const convolutionClasses: ClassTable = {
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
