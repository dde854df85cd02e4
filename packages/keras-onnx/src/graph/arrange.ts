import type { QuantizedTensor, Scheme, Slicing } from '@lowbit/core';
import { parameterShape, sizeOf } from '@lowbit/core/adapter';

/** Another order of a weight's values: axes are exchanged, then places of one axis. */
export interface Arrangement {
  /** Which axis of the weight stands at each place. Default: they stay. */
  readonly axes?: readonly number[];
  /** Which place of an axis stands at each place, in blocks of equal length; the axis is that of the result. */
  readonly blocks?: { readonly axis: number; readonly order: readonly number[] };
  /** The shape that operators take, of as many values. */
  readonly dims?: readonly number[];
}

/** For each place of the result the place it comes from, row-major. */
function places(
  shape: readonly number[],
  { axes = shape.map((_, i) => i), blocks }: Arrangement,
): Uint32Array {
  const result = axes.map((axis) => shape[axis] as number);
  const steps = axes.map((axis) => sizeOf(shape.slice(axis + 1)));
  const offsets = result.map((size, axis) => {
    const own = Array.from({ length: size }, (_, i) => (steps[axis] as number) * i);
    return blocks?.axis === axis ? inBlocks(own, blocks.order) : own;
  });
  return offsets.reduce<Uint32Array>((all, own) => {
    const next = new Uint32Array(all.length * own.length);
    all.forEach((place, i) => own.forEach((offset, k) => (next[i * own.length + k] = place + offset)));
    return next;
  }, Uint32Array.of(0));
}

function inBlocks(list: readonly number[], order: readonly number[]): readonly number[] {
  const length = list.length / order.length;
  return order.flatMap((block) => list.slice(block * length, (block + 1) * length));
}

type List = Float32Array | Uint8Array | Uint16Array;

/** @param each How many numbers stand at each place. */
function taken<L extends List>(list: L, from: Uint32Array, each = 1): L {
  const result = new (list.constructor as new (length: number) => L)(from.length * each);
  from.forEach((place, i) => {
    for (let k = 0; k < each; k++) result[i * each + k] = list[place * each + k] as number;
  });
  return result;
}

/** Shape of what an arrangement gives. */
export function arrangedShape(shape: readonly number[], { axes, dims }: Arrangement): readonly number[] {
  return dims ?? axes?.map((axis) => shape[axis] as number) ?? shape;
}

export function arrangeFloats(
  values: Float32Array,
  shape: readonly number[],
  arrangement: Arrangement,
): Float32Array {
  return arrangement.axes === undefined && arrangement.blocks === undefined
    ? values
    : taken(values, places(shape, arrangement));
}

/**
 * A quantized tensor in another order, of the same numbers: codes move, and parameters with their slices. Undefined where groups
 * would be torn apart. `dims` is left to whoever writes it.
 */
export function arrangeTensor(
  tensor: QuantizedTensor,
  arrangement: Arrangement,
): QuantizedTensor | undefined {
  const arranged = arrangeUniform(tensor, arrangement);
  return arranged && { ...arranged, codes: taken(tensor.codes, places(tensor.shape, arrangement)) };
}

/** The same of a tensor whose codes are all equal, which need not move. */
export function arrangeUniform(
  tensor: QuantizedTensor,
  arrangement: Arrangement,
): QuantizedTensor | undefined {
  const { shape, slicing, scheme } = tensor;
  const { axes = shape.map((_, i) => i), blocks } = arrangement;
  const result = axes.map((axis) => shape[axis] as number);
  const moved = movedSlicing(slicing, axes);
  const grid = parameterShape(shape, slicing);
  const size = blocks === undefined ? 1 : (result[blocks.axis] as number) / blocks.order.length;
  if (
    typeof moved === 'object' &&
    'along' in moved &&
    moved.along === blocks?.axis &&
    size % moved.group !== 0
  )
    return undefined;
  const isShared = blocks !== undefined && grid[axes[blocks.axis] as number] === 1;
  const slices = places(grid, isShared ? { axes } : { axes, ...(blocks && { blocks }) });
  return {
    ...tensor,
    shape: result,
    slicing: moved,
    scheme: movedScheme(scheme, slices),
  };
}

function movedSlicing(slicing: Slicing, axes: readonly number[]): Slicing {
  if (slicing === 'tensor') return slicing;
  if ('along' in slicing) return { ...slicing, along: axes.indexOf(slicing.along) };
  return { axes: slicing.axes.map((axis) => axes.indexOf(axis)).sort((a, b) => a - b) };
}

function movedScheme(scheme: Scheme, slices: Uint32Array): Scheme {
  switch (scheme.kind) {
    case 'affine': {
      const { scale, offset } = scheme;
      return { ...scheme, scale: taken(scale, slices), ...(offset && { offset: taken(offset, slices) }) };
    }
    case 'residual':
      return { ...scheme, scales: taken(scheme.scales, slices, scheme.order) };
    case 'codebook': {
      const { scale, values, thresholds, levels } = scheme;
      if (scale !== undefined) return { ...scheme, scale: taken(scale, slices) };
      const limits = thresholds && { thresholds: taken(thresholds, slices, levels - 1) };
      return { ...scheme, values: taken(values, slices, levels), ...limits };
    }
  }
}
