import { products, type Products } from '../kernels/products.js';
import type { PackedTensor } from './container.js';
import { expandedBlocks } from './expanded-blocks.js';
import { sizeOf } from './shape.js';

/**
 * Writes rows `from` … `to` of a matrix of inputs that stand beside each other: the value of input m in row k is number
 * (k − from) · `columns` + m. What is in the columns behind the last input does not matter.
 */
export type WriteInputs = (into: Float32Array, from: number, to: number, columns: number) => void;

/** Multiplies by a packed matrix. */
export interface Multiplier {
  /** Inputs that it takes at once, at most. */
  readonly most: number;
  /**
   * Adds to `outputs`, `count` rows as wide as the matrix, the products of `count` inputs with it. An output takes its addends in the
   * order of the rows of the matrix, each rounded to float32.
   */
  multiply(count: number, write: WriteInputs, outputs: Float32Array): void;
}

/**
 * Multiplies by a packed tensor as a matrix whose columns are its last axis, expanding a few rows at a time: the floats of all are never
 * in memory at once. `undefined` where the host has no WebAssembly SIMD, for codes of more than 8 bits, and for rows that are too long.
 *
 * @throws LowbitError `packed-data` as `expander`.
 */
export function multiplier(packed: PackedTensor): Multiplier | undefined {
  const eachBlock = expandedBlocks(packed, 'multiplier(packed)');
  const loops = products();
  const { shape } = packed.header;
  const width = shape.at(-1) ?? 1;
  if (eachBlock === undefined || loops === undefined || sizeOf(shape) === 0) return undefined;
  const most = Math.floor(loops.sums.length / upTo(8, width) / 4) * 4;
  if (most === 0 || width > loops.weights.length) return undefined;
  return {
    most,
    multiply(count, write, outputs) {
      const adder = rowAdder(loops, width, upTo(4, count), write);
      loadSums(loops.sums, outputs, count, width);
      eachBlock(adder.add);
      adder.finish();
      for (let row = 0; row < count; row++) {
        const at = row * upTo(8, width);
        outputs.set(loops.sums.subarray(at, at + width), row * width);
      }
    },
  };
}

function loadSums(sums: Float32Array, outputs: Float32Array, count: number, width: number): void {
  const stride = upTo(8, width);
  sums.fill(0, 0, upTo(4, count) * stride);
  for (let row = 0; row < count; row++)
    sums.set(outputs.subarray(row * width, (row + 1) * width), row * stride);
}

/** Collects values of weights until as many rows are there as memory holds, and adds their products. */
function rowAdder(
  { inputs, weights, multiply }: Products,
  width: number,
  columns: number,
  write: WriteInputs,
) {
  const rows = Math.min(Math.floor(weights.length / width), Math.floor(inputs.length / columns));
  const full = rows * width;
  let held = 0;
  let done = 0;
  const finish = () => {
    const end = done + held / width;
    if (held > 0) write(inputs, done, end, columns);
    multiply(end - done, width, columns);
    [done, held] = [end, 0];
  };
  const add = (values: Float32Array) => {
    for (let at = 0; at < values.length;) {
      const end = Math.min(values.length, at + full - held);
      weights.set(values.subarray(at, end), held);
      held += end - at;
      at = end;
      if (held === full) finish();
    }
  };
  return { add, finish };
}

const upTo = (multiple: number, count: number) => Math.ceil(count / multiple) * multiple;
