import { sizeOf } from '@lowbit/core/adapter';
import type { ArrayTensor } from '@lowbit/core/method';

/** A convolution as its node states it. */
export interface Window {
  readonly strides?: readonly number[];
  readonly dilations?: readonly number[];
  /** All beginnings, then all ends. */
  readonly pads?: readonly number[];
  readonly auto_pad?: 'SAME_UPPER' | 'SAME_LOWER' | 'VALID';
  readonly group?: number;
}

/** The patches of a convolution, by arrays: one row for each sample, position and group. */
export interface Patches {
  readonly matrix: ArrayTensor;
  readonly samples: number;
  readonly positions: readonly number[];
}

/** @param x [N, C, …] @param dims Of the weight: [O, C / group, window…]. */
export function patchesOf(x: ArrayTensor, dims: readonly number[], window: Window): Patches {
  const [samples, channels, ...sizes] = x.shape as [number, number, ...number[]];
  const { group = 1 } = window;
  const kernel = dims.slice(2);
  const { places, positions } = placesOf(sizes, kernel, window);
  const [area, count, plane] = [sizeOf(kernel), sizeOf(positions), sizeOf(sizes)];
  const length = (channels / group) * area;
  const data = new Float32Array(samples * count * group * length);
  for (let i = 0; i < data.length; i++) {
    const row = Math.floor(i / length);
    const sample = Math.floor(row / group / count);
    const channel = (row % group) * (channels / group) + Math.floor((i % length) / area);
    const at = places[(Math.floor(row / group) % count) * area + (i % area)]!;
    data[i] = at < 0 ? 0 : x.data[(sample * channels + channel) * plane + at]!;
  }
  return { matrix: { shape: [data.length / length, length], data }, samples, positions };
}

/** For each position and each place in the window: the flat index in a channel, or −1 in the padding. */
function placesOf(sizes: readonly number[], kernel: readonly number[], window: Window) {
  const { begins, positions, strides, dilations } = along(sizes, kernel, window);
  const [area, count] = [sizeOf(kernel), sizeOf(positions)];
  const places = Array.from({ length: count * area }, (_, index) => {
    const position = unravel(Math.floor(index / area), positions);
    const inside = unravel(index % area, kernel);
    const at = position.map(
      (one, axis) => one * strides[axis]! - begins[axis]! + inside[axis]! * dilations[axis]!,
    );
    return at.some((one, axis) => one < 0 || one >= sizes[axis]!) ? -1 : ravel(at, sizes);
  });
  return { places, positions };
}

/** The convolution from its patches: [N, O, …], row-major. */
export function convolve(
  { matrix, samples, positions }: Patches,
  weight: ArrayTensor,
  { group = 1 }: Window,
  bias?: Float32Array,
): Float32Array {
  const outputs = weight.shape[0]!;
  const [length, area] = [matrix.shape[1]!, sizeOf(positions)];
  const result = new Float32Array(samples * outputs * area);
  for (let i = 0; i < result.length; i++) {
    const channel = Math.floor(i / area) % outputs;
    const inGroup = Math.floor((channel * group) / outputs);
    const row = (Math.floor(i / area / outputs) * area + (i % area)) * group + inGroup;
    let sum = bias?.[channel] ?? 0;
    for (let at = 0; at < length; at++)
      sum += matrix.data[row * length + at]! * weight.data[channel * length + at]!;
    result[i] = sum;
  }
  return result;
}

/** The same with the sizes of all numbers: what rounding errors are relative to. */
export function magnitudes(
  patches: Patches,
  weight: ArrayTensor,
  window: Window,
  bias?: Float32Array,
): Float32Array {
  const sizes = ({ shape, data }: ArrayTensor) => ({ shape, data: data.map(Math.abs) });
  return convolve({ ...patches, matrix: sizes(patches.matrix) }, sizes(weight), window, bias?.map(Math.abs));
}

/** Where the window goes along each axis. */
function along(sizes: readonly number[], kernel: readonly number[], window: Window) {
  const ones = kernel.map(() => 1);
  const { strides = ones, dilations = ones, pads, auto_pad: auto } = window;
  const reach = kernel.map((size, axis) => (size - 1) * dilations[axis]! + 1);
  const padding = sizes.map((size, axis) => {
    if (auto !== 'SAME_UPPER' && auto !== 'SAME_LOWER')
      return [pads?.[axis] ?? 0, pads?.[axis + sizes.length] ?? 0] as const;
    const stride = strides[axis]!;
    const total = Math.max((Math.ceil(size / stride) - 1) * stride + reach[axis]! - size, 0);
    const less = Math.floor(total / 2);
    return auto === 'SAME_UPPER' ? ([less, total - less] as const) : ([total - less, less] as const);
  });
  const positions = sizes.map((size, axis) => {
    const [before, after] = padding[axis]!;
    return Math.floor((size + before + after - reach[axis]!) / strides[axis]!) + 1;
  });
  return { begins: padding.map(([before]) => before), positions, strides, dilations };
}

function unravel(index: number, shape: readonly number[]): number[] {
  return shape.map((size, axis) => Math.floor(index / sizeOf(shape.slice(axis + 1))) % size);
}

function ravel(at: readonly number[], shape: readonly number[]): number {
  return at.reduce((index, one, axis) => index * shape[axis]! + one, 0);
}
