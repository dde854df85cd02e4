import type { Settings, Shape } from '@lowbit/keras';

/** A window that moves over the axes between batch and channels. */
export interface Window {
  readonly size: readonly number[];
  readonly strides: readonly number[];
  readonly dilation: readonly number[];
}

/** How many places of an axis a window sees from first to last. */
export const reach = ({ size, dilation }: Window, axis: number): number =>
  (size[axis]! - 1) * dilation[axis]! + 1;

/** The window of a convolution. */
export function windowOf(settings: Settings, rank: number): Window {
  return {
    size: settings.sizes('kernel_size', rank),
    strides: settings.sizes('strides', rank, 1),
    dilation: settings.sizes('dilation_rate', rank, 1),
  };
}

/** What is put around values: as many places before and after each axis, or as the operator works it out when it runs. */
export type Padding = { readonly pads: readonly number[] } | { readonly auto_pad: 'SAME_UPPER' };

/**
 * Padding of Keras: `valid`, `same` (the output is the input divided by the stride, and what is odd comes after), `causal`
 * (all before).
 *
 * @param input With the batch and the channels.
 */
export function paddingOf(padding: string, window: Window, input: Shape): Padding {
  const axes = window.size.map((_, axis) => axis);
  if (padding === 'valid') return { pads: axes.flatMap(() => [0, 0]) };
  if (padding === 'causal') return bothEnds(axes.map((axis) => [reach(window, axis) - 1, 0]));
  const totals = axes.map((axis) => sameTotal(window, axis, input[axis + 1] ?? null));
  if (totals.some((total) => total === undefined)) return { auto_pad: 'SAME_UPPER' };
  return bothEnds((totals as number[]).map((total) => [Math.floor(total / 2), Math.ceil(total / 2)]));
}

/** How many places `same` adds; undefined where it depends on a length that is not known. */
function sameTotal(window: Window, axis: number, length: number | null): number | undefined {
  const stride = window.strides[axis]!;
  if (stride === 1) return reach(window, axis) - 1;
  if (length === null) return undefined;
  return Math.max((Math.ceil(length / stride) - 1) * stride + reach(window, axis) - length, 0);
}

/** As ONNX lists them: what comes before every axis, then what comes after. */
export function bothEnds(pairs: readonly (readonly [number, number])[]): {
  readonly pads: readonly number[];
} {
  return { pads: [...pairs.map(([before]) => before), ...pairs.map(([, after]) => after)] };
}
