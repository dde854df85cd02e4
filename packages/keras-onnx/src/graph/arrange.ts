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

/** Where the places of a result come from: the sum of one offset of each axis, row-major. */
function offsetsOf(
  shape: readonly number[],
  { axes = shape.map((_, i) => i), blocks }: Arrangement,
): readonly (readonly number[])[] {
  const result = axes.map((axis) => shape[axis] as number);
  const steps = axes.map((axis) => sizeOf(shape.slice(axis + 1)));
  return result.map((size, axis) => {
    const own = Array.from({ length: size }, (_, i) => (steps[axis] as number) * i);
    return blocks?.axis === axis ? inBlocks(own, blocks.order) : own;
  });
}

function inBlocks(list: readonly number[], order: readonly number[]): readonly number[] {
  const length = list.length / order.length;
  return order.flatMap((block) => list.slice(block * length, (block + 1) * length));
}

type List = Float32Array | Uint8Array | Uint16Array;

/**
 * The numbers in their new places.
 *
 * @param each How many numbers stand at each place.
 */
function taken<L extends List>(list: L, offsets: readonly (readonly number[])[], each = 1): L {
  const [last, ...before] = offsets.toReversed();
  const inner = Uint32Array.from(last ?? [0]);
  const outer = before.reduceRight<Uint32Array>(sums, Uint32Array.of(0));
  const result = new (list.constructor as new (length: number) => L)(outer.length * inner.length * each);
  let to = 0;
  for (const start of outer)
    for (const offset of inner)
      for (let k = 0; k < each; k++) result[to++] = list[(start + offset) * each + k] as number;
  return result;
}

/** Every place with every offset. */
function sums(places: Uint32Array, offsets: readonly number[]): Uint32Array {
  const all = new Uint32Array(places.length * offsets.length);
  let to = 0;
  for (const place of places) for (const offset of offsets) all[to++] = place + offset;
  return all;
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
    : taken(values, offsetsOf(shape, arrangement));
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
  return arranged && { ...arranged, codes: taken(tensor.codes, offsetsOf(tensor.shape, arrangement)) };
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
  const slices = offsetsOf(grid, isShared ? { axes } : { axes, ...(blocks && { blocks }) });
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

function movedScheme(scheme: Scheme, slices: readonly (readonly number[])[]): Scheme {
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
