import type { Slicing } from '@lowbit/core';
import { sizeOf } from '@lowbit/core/adapter';
import type { Spread } from '../target/dequantize-linear.js';

/** How `DequantizeLinear` sees a tensor: its codes in a shape of their own, and the axis that parameters run along. */
export interface View {
  readonly spread: Spread;
  readonly shape: readonly number[];
  readonly axis: number;
  readonly block?: number;
  /** Shape of scales and zero points. */
  readonly parameters: readonly number[];
  /** Shape in which offsets broadcast. */
  readonly offsets: readonly number[];
}

/** What a form needs and does not find, as the end of a sentence. */
interface Unfit {
  readonly unfit: string;
  /** How parameters are spread, where there are operators that take them so. */
  readonly spread?: Spread;
}

/** How `DequantizeLinear` sees codes of this shape and slicing; with offsets behind it where zero points are no integers. */
export function viewOf(shape: readonly number[], slicing: Slicing, exact: boolean): View | Unfit {
  if (slicing === 'tensor') return { spread: 'tensor', shape, axis: 0, parameters: [], offsets: [] };
  if ('axes' in slicing) return viewOfAxes(shape, slicing.axes);
  return viewOfGroups(shape, slicing.along, slicing.group, exact);
}

/** Owning axes that lie side by side become one. */
function viewOfAxes(shape: readonly number[], axes: readonly number[]): View | Unfit {
  const owning = axes.filter((axis) => shape[axis] !== 1);
  if (owning.length === 0) return viewOf(shape, 'tensor', true);
  const [first, last] = [owning[0] as number, owning[owning.length - 1] as number];
  const between = shape
    .slice(first, last + 1)
    .filter((size, at) => size !== 1 && !owning.includes(first + at));
  if (between.length > 0) return { unfit: 'no operator decodes with parameters along separate axes' };
  const merged = sizeOf(shape.slice(first, last + 1));
  const after = shape.slice(last + 1);
  return {
    spread: 'axis',
    shape: [...shape.slice(0, first), merged, ...after],
    axis: first,
    parameters: [merged],
    offsets: [merged, ...after.map(() => 1)],
  };
}

/** With offsets the grouped axis is split in two, so that they broadcast. */
function viewOfGroups(shape: readonly number[], along: number, group: number, exact: boolean): View | Unfit {
  const size = shape[along] as number;
  const groups = Math.ceil(size / group);
  const split = (sizes: readonly number[]) => [...shape.slice(0, along), ...sizes, ...shape.slice(along + 1)];
  const block = Math.min(group, size);
  if (exact) {
    const parameters = split([groups]);
    return { spread: 'block', shape, axis: along, block, parameters, offsets: parameters };
  }
  if (size % block !== 0)
    return { unfit: 'no operator adds offsets to groups of which the last is short', spread: 'block' };
  const parameters = split([groups, 1]);
  return {
    spread: 'block',
    shape: split([groups, block]),
    axis: along + 1,
    block,
    parameters,
    offsets: parameters,
  };
}
