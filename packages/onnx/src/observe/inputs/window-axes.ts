import type { WindowAxis } from '@lowbit/core/adapter';
import type { Window } from '../../operators/operator.js';

/** How the windows of a convolution lie along the axes of its input. @param sizes Of the input, without samples and channels. */
export const windowAxes = (window: Window, sizes: readonly number[]): readonly WindowAxis[] =>
  sizes.map((size, axis) => ({
    size,
    kernel: window.kernel[axis] as number,
    stride: window.strides[axis] as number,
    dilation: window.dilations[axis] as number,
    transposed: window.transposed !== undefined,
    ...along(window, size, axis),
  }));

/** The padding in front along an axis, and the number of output positions. */
function along(
  window: Window,
  size: number,
  axis: number,
): { readonly before: number; readonly outputs: number } {
  const { pads, transposed, kernel } = window;
  const stride = window.strides[axis] as number;
  const reach = ((kernel[axis] as number) - 1) * (window.dilations[axis] as number) + 1;
  const split = (total: number, upper: boolean) => (upper ? Math.floor(total / 2) : Math.ceil(total / 2));
  const given = Array.isArray(pads) ? (pads as readonly number[]) : undefined;
  const ends = given && [given[axis] as number, given[axis + kernel.length] as number];
  if (transposed === undefined) {
    if (ends !== undefined)
      return { before: ends[0] as number, outputs: Math.floor((size + sum(ends) - reach) / stride) + 1 };
    const outputs = Math.ceil(size / stride);
    const total = Math.max((outputs - 1) * stride + reach - size, 0);
    return { before: split(total, pads === 'SAME_UPPER'), outputs };
  }
  const whole = (size - 1) * stride + (transposed.padding[axis] as number) + reach;
  const outputs =
    transposed.shape?.at(axis - kernel.length) ?? (ends === undefined ? size * stride : undefined);
  if (outputs === undefined) return { before: ends?.[0] ?? 0, outputs: whole - sum(ends ?? []) };
  return { before: split(whole - outputs, pads === 'SAME_UPPER'), outputs };
}

const sum = (numbers: readonly number[]): number => numbers.reduce((all, one) => all + one, 0);
