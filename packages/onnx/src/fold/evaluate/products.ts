import { sizeOf } from '@lowbit/core/adapter';
import { attributeOf } from '../../graph/attributes.js';
import type { ConstantValue } from '../../graph/constant-value.js';
import { isFlipped, isTurned } from '../../operators/matrix.js';
import type { ConstantCall, ConstantOperator } from './constant-call.js';
import { isFloat, ofType } from './of-type.js';
import { broadcastShape, spread } from './spread.js';

/** Products beyond this many take longer than a weight is worth. */
const mostProducts = 2 ** 31;

/** A·B of matrices, and of batches of them that are broadcast. A vector in front is a row, one behind a column. */
export const matMul: ConstantOperator = {
  dims(call) {
    const shapes = matMulShapes(call);
    return shapes && [...shapes.batch, ...shapes.rows, ...shapes.columns];
  },
  compute(call, dims) {
    const [a, b, shapes] = [call.value(0), call.value(1), matMulShapes(call)];
    if (a === undefined || a.type !== b?.type || !isFloat(a.type) || shapes === undefined) return undefined;
    const { batch, inner } = shapes;
    const [rows, columns] = [sizeOf(shapes.rows), sizeOf(shapes.columns)];
    if (sizeOf(batch) * rows * inner * columns > mostProducts) return undefined;
    const [left, right] = [spreadMatrices(a, batch, rows * inner), spreadMatrices(b, batch, inner * columns)];
    const result = new Float64Array(sizeOf(dims));
    for (let one = 0; one < sizeOf(batch); one++) {
      multiply({ left, right, result }, { rows, inner, columns }, one);
    }
    return ofType(a.type, dims, result);
  },
};

function matMulShapes({ type }: ConstantCall) {
  const [a = [], b = []] = [type(0)?.dims, type(1)?.dims];
  const inner = a.at(-1);
  if (inner === undefined || b.length === 0 || (b.length === 1 ? b[0] : b.at(-2)) !== inner) return undefined;
  const batch = broadcastShape(a.slice(0, -2), b.slice(0, -2));
  return batch && { batch, rows: a.slice(-2, -1), inner, columns: b.length === 1 ? [] : b.slice(-1) };
}

/** The values of matrices of `size` values each, for each index of a batch. */
const spreadMatrices = ({ values, dims }: ConstantValue, batch: readonly number[], size: number) =>
  spread(values, [...dims.slice(0, -2), size], [...batch, size]);

interface Factors {
  readonly left: ArrayLike<number>;
  readonly right: ArrayLike<number>;
  readonly result: Float64Array;
}

interface Sizes {
  readonly rows: number;
  readonly inner: number;
  readonly columns: number;
}

/** The product of matrix `one` of the batch, by rows of the right factor. */
function multiply({ left, right, result }: Factors, { rows, inner, columns }: Sizes, one: number): void {
  const [a, b, y] = [one * rows * inner, one * inner * columns, one * rows * columns];
  for (let row = 0; row < rows; row++) {
    for (let k = 0; k < inner; k++) {
      const factor = left[a + row * inner + k] as number;
      const [from, to] = [b + k * columns, y + row * columns];
      for (let column = 0; column < columns; column++)
        result[to + column] = (result[to + column] as number) + factor * (right[from + column] as number);
    }
  }
}

/** alpha · A·B + beta · C, where A and B may be transposed. */
export const gemm: ConstantOperator = {
  dims(call) {
    const { rows, inner, columns, known } = gemmSizes(call);
    return known && inner ? [rows, columns] : undefined;
  },
  compute(call, dims) {
    const { node, value } = call;
    const [a, b, c] = [value(0), value(1), value(2)];
    const { rows, inner, columns } = gemmSizes(call);
    if (a === undefined || a.type !== b?.type || !isFloat(a.type)) return undefined;
    if ((node.input[2] && c?.type !== a.type) || rows * inner * columns > mostProducts) return undefined;
    const left = isTurned(node) ? turned(a.values, inner, rows) : a.values;
    const right = isFlipped(node) ? turned(b.values, columns, inner) : b.values;
    const result = new Float64Array(sizeOf(dims));
    multiply({ left, right, result }, { rows, inner, columns }, 0);
    const [alpha, beta] = ['alpha', 'beta'].map((name) => attributeOf(node, name)?.f ?? 1) as [
      number,
      number,
    ];
    const shift = c && spread(c.values, c.dims, dims);
    return ofType(
      a.type,
      dims,
      result.map((one, at) => alpha * one + (shift ? beta * (shift[at] as number) : 0)),
    );
  },
};

function gemmSizes({ node, type }: ConstantCall): Sizes & { readonly known: boolean } {
  const [a = [], b = []] = [type(0)?.dims, type(1)?.dims];
  const [rows = 0, inner = 0] = isTurned(node) ? a.toReversed() : a;
  const [other = 0, columns = 0] = isFlipped(node) ? b.toReversed() : b;
  return { rows, inner, columns, known: a.length === 2 && b.length === 2 && inner === other };
}

/** The transposed matrix of [rows, columns]. */
function turned(values: ArrayLike<number>, rows: number, columns: number): Float64Array {
  const result = new Float64Array(rows * columns);
  for (let row = 0; row < rows; row++)
    for (let column = 0; column < columns; column++)
      result[column * rows + row] = values[row * columns + column] as number;
  return result;
}
