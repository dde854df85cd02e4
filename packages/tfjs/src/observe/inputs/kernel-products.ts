import type { CutRows } from '@lowbit/core/adapter';
import * as tf from '@tensorflow/tfjs-core';
import { patchesOf, turned, type Windows, windows2d, windows3d } from './kernel-windows.js';
import type { KernelCall } from './watch-kernels.js';

/** An operation whose outputs are products of rows with columns, one of which an operand holds. */
export interface Product {
  /** The tensor that the rows lie in. */
  readonly rowsIn: tf.Tensor;
  /** How columns stand in the operand, in words that are the same where that is. */
  readonly layout: string;
  /** Groups of columns, each of which has rows of its own. */
  readonly groups: number;
  /** Of each group. */
  readonly columns: number;
  /** Values of a column. */
  readonly inputs: number;
  /** The flat place in the operand of a value of a column. */
  place(group: number, column: number, input: number): number;
  /** @param values Of the tensor. @param entry Where an entry of its first axis lies, those of a sample one after the other. */
  cut(values: ArrayLike<number>, entry: (at: number) => number): CutRows;
}

/** What an operation makes of one of its operands; `undefined` where that is no product that is known. */
export function productWith(call: KernelCall, operand: string): Product | undefined {
  return products[call.name]?.(call, operand);
}

type ProductOf = (call: KernelCall, operand: string) => Product | undefined;

/** a · b, of which either may be transposed, matrix by matrix. */
const matrices: ProductOf = ({ inputs, settings }, operand) => {
  if (operand !== 'a' && operand !== 'b') return undefined;
  const other = operand === 'a' ? 'b' : 'a';
  const [weight, rows] = [inputs[operand] as tf.Tensor, inputs[other] as tf.Tensor];
  const isTurned = (name: string) => settings[name === 'a' ? 'transposeA' : 'transposeB'] === true;
  // Whether what is summed over is the last axis.
  const sumsLast = (name: string) => (name === 'a') !== isTurned(name);
  const [first, second] = weight.shape.slice(-2) as [number, number];
  const [sums, columns] = sumsLast(operand) ? [second, first] : [first, second];
  const groups = tf.util.sizeFromShape(weight.shape.slice(0, -2));
  const matrixCount = tf.util.sizeFromShape(rows.shape.slice(0, -2));
  if (groups !== 1 && groups !== matrixCount) return undefined;
  const height = rows.size / Math.max(1, matrixCount * sums);
  const size = height * sums;
  const [along, across] = sumsLast(other) ? [1, sums] : [height, 1];
  return {
    rowsIn: rows,
    layout: sumsLast(operand) ? 'rows' : 'columns',
    groups,
    columns,
    inputs: sums,
    place: (group, column, input) =>
      group * first * second + (sumsLast(operand) ? column * second + input : input * second + column),
    cut: (values, entry) => ({
      count: groups === 1 ? matrixCount * height : height,
      groups,
      inputs: sums,
      read(row, group, into) {
        const matrix = groups === 1 ? entry(Math.floor(row / height)) : group;
        const from = matrix * size + (row % height) * across;
        for (let i = 0; i < sums; i++) into[i] = values[from + i * along] as number;
      },
    }),
  };
};

/** Each column sums over a window in all channels: a filter `[…window, in, out]`, or `[…window, out, in]` of a transposed convolution. */
function filterProduct(
  rowsIn: tf.Tensor,
  filter: tf.Tensor,
  windows: Windows,
  isTransposed: boolean,
): Product {
  const last = filter.shape.slice(-2) as [number, number];
  const [each, columns] = isTransposed ? [last[1], last[0]] : last;
  const inputs = filter.size / Math.max(1, columns);
  return {
    rowsIn,
    layout: isTransposed ? `transposed filters of ${each}` : 'filters',
    groups: 1,
    columns,
    inputs,
    place: (_, column, input) =>
      isTransposed
        ? (Math.floor(input / each) * columns + column) * each + (input % each)
        : input * columns + column,
    cut: (values, entry) => {
      const { count, valueAt, area } = patchesOf(rowsIn, windows, values, entry);
      const read = (row: number, into: Float32Array) => {
        for (let place = 0, to = 0; place < area; place++)
          for (let channel = 0; channel < each; channel++) into[to++] = valueAt(row, place, channel);
      };
      return { count, groups: 1, inputs, read: (row, _, into) => read(row, into) };
    },
  };
}

/** Each channel has filters of its own: `[…window, channels, multiplier]`. */
function depthwiseProduct(rowsIn: tf.Tensor, filter: tf.Tensor, windows: Windows): Product {
  const [groups, columns] = filter.shape.slice(-2) as [number, number];
  const inputs = filter.size / Math.max(1, groups * columns);
  return {
    rowsIn,
    layout: 'filters of channels',
    groups,
    columns,
    inputs,
    place: (group, column, input) => (input * groups + group) * columns + column,
    cut: (values, entry) => {
      const { count, valueAt, area } = patchesOf(rowsIn, windows, values, entry);
      return {
        count,
        groups,
        inputs,
        read(row, group, into) {
          for (let place = 0; place < area; place++) into[place] = valueAt(row, place, group);
        },
      };
    },
  };
}

type WindowsOf = (shape: readonly number[], filter: tf.Tensor, settings: KernelCall['settings']) => Windows;

const planes: WindowsOf = (shape, filter, settings) => windows2d(shape, filter, settings, false);

const convolution =
  (windowsOf: WindowsOf): ProductOf =>
  ({ inputs, settings }, operand) => {
    const [x, filter] = [inputs['x'] as tf.Tensor, inputs['filter'] as tf.Tensor];
    if (operand !== 'filter') return undefined;
    return filterProduct(x, filter, windowsOf(x.shape, filter, settings), false);
  };

const transposed =
  (windowsOf: WindowsOf): ProductOf =>
  ({ inputs, settings }, operand) => {
    const [dy, filter] = [inputs['dy'] as tf.Tensor, inputs['filter'] as tf.Tensor];
    if (operand !== 'filter') return undefined;
    const shape = settings['inputShape'] as readonly number[];
    return filterProduct(dy, filter, turned(windowsOf(shape, filter, settings)), true);
  };

const depthwise: ProductOf = ({ inputs, settings }, operand) => {
  const [x, filter] = [inputs['x'] as tf.Tensor, inputs['filter'] as tf.Tensor];
  if (operand !== 'filter') return undefined;
  return depthwiseProduct(x, filter, windows2d(x.shape, filter, settings, true));
};

const products: Readonly<Record<string, ProductOf>> = {
  [tf.BatchMatMul]: matrices,
  [tf._FusedMatMul]: matrices,
  [tf.Conv2D]: convolution(planes),
  [tf.FusedConv2D]: convolution(planes),
  [tf.Conv3D]: convolution(windows3d),
  [tf.Conv2DBackpropInput]: transposed(planes),
  [tf.Conv3DBackpropInputV2]: transposed(windows3d),
  [tf.DepthwiseConv2dNative]: depthwise,
  [tf.FusedDepthwiseConv2D]: depthwise,
};
