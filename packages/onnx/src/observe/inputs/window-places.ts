import { sizeOf } from '@lowbit/core/adapter';
import type { Window } from '../../operators/operator.js';

/** Where the patches of a convolution lie in a channel of its input. */
export interface WindowPlaces {
  /** Number of patches of a sample: output positions. */
  readonly positions: number;
  /** Values of a patch in one channel. */
  readonly area: number;
  /** For each position and each place in the window: the flat index in a channel, or −1 where nothing is. */
  readonly places: Int32Array;
}

/** @param sizes Of the input, without samples and channels. */
export function windowPlaces(window: Window, sizes: readonly number[]): WindowPlaces {
  const axes = sizes.map((size, axis) => placesAlong(window, size, axis));
  const outputs = axes.map(({ length }) => length);
  const [positions, area] = [sizeOf(outputs), sizeOf(window.kernel)];
  const places = new Int32Array(positions * area);
  for (let position = 0; position < positions; position++)
    for (let inside = 0; inside < area; inside++) {
      let at = 0;
      let [rest, place] = [position, inside];
      for (let axis = sizes.length - 1, stride = 1; axis >= 0; axis--) {
        const output = outputs[axis] as number;
        const kernel = window.kernel[axis] as number;
        const own = axes[axis]?.[rest % output]?.[place % kernel] as number;
        at = own < 0 || at < 0 ? -1 : at + own * stride;
        rest = Math.floor(rest / output);
        place = Math.floor(place / kernel);
        stride *= sizes[axis] as number;
      }
      places[position * area + inside] = at;
    }
  return { positions, area, places };
}

/** Along one axis, for each output position: the input positions that the window takes there, −1 in the padding and between strides. */
function placesAlong(window: Window, size: number, axis: number): readonly (readonly number[])[] {
  const stride = window.strides[axis] as number;
  const dilation = window.dilations[axis] as number;
  const kernel = window.kernel[axis] as number;
  const { before, outputs } = along(window, size, axis);
  const inside = (at: number) => (at < 0 || at >= size || !Number.isInteger(at) ? -1 : at);
  return Array.from({ length: outputs }, (_, position) =>
    Array.from({ length: kernel }, (_, place) =>
      inside(
        window.transposed === undefined
          ? position * stride - before + place * dilation
          : (position + before - place * dilation) / stride,
      ),
    ),
  );
}

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
