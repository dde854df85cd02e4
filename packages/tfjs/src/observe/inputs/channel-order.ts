import type { WeightDescriptor } from '@lowbit/core';
import type { Product } from './kernel-products.js';

/** A weight as the core sees it. */
export type WeightView = Pick<WeightDescriptor, 'shape' | 'outputAxes'>;

/** Which channels of a weight the columns of a product are, and which inputs their values. */
export interface ChannelOrder {
  /** The first channel; those of further groups follow. */
  readonly first: number;
  /** The channel of each column, group by group. */
  readonly channels: Int32Array;
  /** The input that each value of a column is, −1 for one that is a zero beside the weight. */
  readonly inputs: Int32Array;
}

/**
 * How the columns of a product stand in a weight; `undefined` where they are no channels, or not all in the same order.
 *
 * @param places See `HeldWeight`.
 */
function channelOrder(
  product: Product,
  places: Int32Array | undefined,
  { shape, outputAxes }: WeightView,
): ChannelOrder | undefined {
  const channelOf = placeAlong(shape, outputAxes);
  const inputOf = placeAlong(
    shape,
    shape.map((_, axis) => axis).filter((axis) => !outputAxes.includes(axis)),
  );
  const { groups, columns, inputs } = product;
  const order = new Int32Array(inputs).fill(-1);
  const channels = new Int32Array(groups * columns).fill(-1);
  for (let at = 0; at < channels.length; at++)
    for (let i = 0; i < inputs; i++) {
      const own = product.place(Math.floor(at / columns), at % columns, i);
      const place = places === undefined ? own : (places[own] as number) - 1;
      const input = place < 0 ? -1 : inputOf(place);
      if (at === 0) order[i] = input;
      if (order[i] !== input) return undefined;
      if (place < 0) continue;
      if (channels[at] === -1) channels[at] = channelOf(place);
      if (channels[at] !== channelOf(place)) return undefined;
    }
  const first = channels.reduce((least, one) => Math.min(least, one), Infinity);
  const isWhole = isEachOnce(
    order.filter((input) => input >= 0),
    0,
    inputCount(shape, outputAxes),
  );
  const areRanges = Array.from({ length: groups }, (_, group) =>
    isEachOnce(channels.subarray(group * columns, (group + 1) * columns), first + group * columns, columns),
  );
  return isWhole && areRanges.every(Boolean) ? { first, channels, inputs: order } : undefined;
}

/** Where a flat place of a shape lies along some of its axes, row-major. */
function placeAlong(shape: readonly number[], axes: readonly number[]): (place: number) => number {
  const steps = axes.map((axis) => ({
    size: shape[axis] as number,
    stride: shape.slice(axis + 1).reduce((product, size) => product * size, 1),
  }));
  return (place) => {
    let at = 0;
    for (const { size, stride } of steps) at = at * size + (Math.floor(place / stride) % size);
    return at;
  };
}

const inputCount = (shape: readonly number[], outputAxes: readonly number[]): number =>
  shape.reduce((product, size, axis) => (outputAxes.includes(axis) ? product : product * size), 1);

/** Whether numbers are all those from the first on, in any order. */
function isEachOnce(numbers: Int32Array, first: number, count: number): boolean {
  const seen = new Uint8Array(count);
  for (const number of numbers) {
    if (number < first || number >= first + count || seen[number - first] === 1) return false;
    seen[number - first] = 1;
  }
  return numbers.length === count;
}

/** Finds how products stand in a weight: what was found once is known, so that steps of a layer and samples need not find it again. */
export function knownOrders(
  view: WeightView,
): (product: Product, places: Int32Array | undefined) => ChannelOrder | undefined {
  const orders = new Map<string, ChannelOrder | undefined>();
  return (product, places) => {
    const { layout, groups, columns, inputs } = product;
    const key = `${layout} ${groups} ${columns} ${inputs} ${digestOf(places)}`;
    if (!orders.has(key)) orders.set(key, channelOrder(product, places, view));
    return orders.get(key);
  };
}

/** Tells places from others. */
function digestOf(places: Int32Array | undefined): string {
  let [one, other] = [0, 0];
  for (const place of places ?? []) {
    one = (Math.imul(one, 31) + place) | 0;
    other = Math.imul(other ^ place, 16777619);
  }
  return places === undefined ? '' : `${places.length} ${one} ${other}`;
}
