import {
  type CutRows,
  type GroupInputs,
  mostInputRows,
  type ObservedInputs,
  type Random,
  type RowGatherer,
  rowGatherer,
  type SamplesOfBatch,
} from '@lowbit/core/adapter';
import { knownOrders, type WeightView } from './channel-order.js';
import type { Product } from './kernel-products.js';

/** Gathers moments of the inputs of one weight, over all products that it takes part in. */
export interface InputGatherer {
  /** Counts the rows of a product, to know how many will come. */
  count(product: Product, places: Int32Array | undefined, rows: () => CutRows): void;
  add(product: Product, places: Int32Array | undefined, rows: () => CutRows, samples: SamplesOfBatch): void;
  /** Its inputs cannot be told, for this reason. */
  refuse(reason: string): void;
  result(): ObservedInputs | string;
}

/** Channels that take part in the same products: groups of as many each, from the first on. */
interface Part {
  readonly first: number;
  readonly groups: number;
  readonly columns: number;
  rows: number;
  gatherer?: RowGatherer;
}

/**
 * @param share Of the samples that are counted; what is counted of them is that of all by this much.
 * @param roughly Whether as many rows are enough as tell means to a hundredth.
 */
export function inputGatherer(
  view: WeightView,
  random: Random,
  share: () => number,
  roughly = false,
): InputGatherer {
  const channels = view.outputAxes.reduce((product, axis) => product * (view.shape[axis] as number), 1);
  const inputs = view.shape.reduce((product, size) => product * size, 1) / channels;
  const parts = new Map<string, Part>();
  const orderOf = knownOrders(view);
  let reason: string | undefined;
  const found = (product: Product, places: Int32Array | undefined) => {
    const { groups, columns } = product;
    const order = orderOf(product, places);
    if (order === undefined) {
      reason ??= 'its layer multiplies its values in an order whose inputs are not followed';
      return undefined;
    }
    const own = `${order.first} ${groups} ${columns}`;
    const part = parts.get(own) ?? { first: order.first, groups, columns, rows: 0 };
    parts.set(own, part);
    return { part, order };
  };
  return {
    count(product, places, rows) {
      const own = reason === undefined ? found(product, places) : undefined;
      if (own !== undefined) own.part.rows += rows().count;
    },
    add(product, places, rows, samples) {
      const own = reason === undefined ? found(product, places) : undefined;
      if (own === undefined) return;
      const { part, order } = own;
      part.gatherer ??= rowGatherer({
        inputs,
        most: mostInputRows,
        random,
        roughly,
        ...(part.rows > 0 && { expected: part.rows / share() }),
      });
      part.gatherer.add(inOrder(rows(), order.inputs, inputs), samples);
    },
    refuse(why) {
      reason ??= why;
    },
    result: () => reason ?? joined([...parts.values()], channels),
  };
}

/** Rows whose values stand as the inputs of the weight do. */
function inOrder(rows: CutRows, order: Int32Array, inputs: number): CutRows {
  if (order.every((input, i) => input === i)) return rows;
  const given = new Float32Array(order.length);
  return {
    ...rows,
    inputs,
    read(row, group, into) {
      rows.read(row, group, given);
      for (let i = 0; i < order.length; i++)
        if ((order[i] as number) >= 0) into[order[i] as number] = given[i] as number;
    },
  };
}

/** The inputs of all channels, in groups of as many each as the smallest part needs. */
function joined(parts: readonly Part[], channels: number): ObservedInputs | string {
  if (parts.length === 0) return 'none of its inputs were seen';
  const ordered = parts.toSorted((one, other) => one.first - other.first);
  const groups: { readonly columns: number; readonly inputs: GroupInputs }[] = [];
  let next = 0;
  for (const { first, groups: count, columns, gatherer } of ordered) {
    if (first !== next) return 'its channels are multiplied with different inputs in different places';
    const gathered = gatherer?.result() ?? 'none of its inputs were seen';
    if (typeof gathered === 'string') return gathered;
    groups.push(...gathered.map((inputs) => ({ columns, inputs })));
    next += count * columns;
  }
  if (next !== channels) return 'some of its channels were multiplied with nothing';
  const unit = groups.reduce((size, { columns }) => commonDivisor(size, columns), channels);
  return {
    groups: groups.flatMap(({ columns, inputs }) => Array.from({ length: columns / unit }, () => inputs)),
  };
}

const commonDivisor = (a: number, b: number): number => (b === 0 ? a : commonDivisor(b, a % b));
