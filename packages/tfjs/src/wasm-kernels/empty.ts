import { sizeOf } from '@lowbit/core/adapter';
import { backend_util, type DataType, type TensorInfo, util } from '@tensorflow/tfjs-core';
import { attributesOf, backendOf, type Call, type Mend } from './wasm-backend.js';

interface Attributes {
  readonly axis?: number | number[];
  readonly reductionIndices?: number | number[];
  readonly keepDims: boolean;
}

/** A reduction that has a value where there is nothing to reduce, as in TensorFlow; the backend leaves what lay in memory. */
export const reduction =
  (none: (dtype: DataType) => number, type?: DataType): Mend =>
  (stock) =>
  (call) => {
    const { x } = call.inputs as { x: TensorInfo };
    if (sizeOf(x.shape) > 0) return stock(call);
    const { axis, reductionIndices = axis, keepDims } = attributesOf<Attributes>(call.attrs);
    // Without axes, over all.
    const axes = util.parseAxisParam(reductionIndices as number, x.shape);
    const [reduced] = backend_util.computeOutAndReduceShapes(x.shape, axes);
    return filled(call, keepDims ? backend_util.expandShapeToKeepDim(reduced, axes) : reduced, {
      dtype: type ?? x.dtype,
      value: none(x.dtype),
    });
  };

/** The largest and the smallest number of a type, for maxima and minima of nothing. */
export const largest = (dtype: DataType) => (dtype === 'int32' ? 2 ** 31 - 1 : Infinity);
export const smallest = (dtype: DataType) => (dtype === 'int32' ? -(2 ** 31) : -Infinity);

/** What keeps the shape of its input, of nothing. */
export const sameShape: Mend = (stock) => (call) => {
  const { x } = call.inputs as { x: TensorInfo };
  return sizeOf(x.shape) > 0 ? stock(call) : backendOf(call).makeOutput(x.shape, x.dtype);
};

/** Another order of the axes of nothing. */
export const transpose: Mend = (stock) => (call) => {
  const { x } = call.inputs as { x: TensorInfo };
  if (sizeOf(x.shape) > 0) return stock(call);
  const { perm } = attributesOf<{ perm: number[] }>(call.attrs);
  return backendOf(call).makeOutput(
    perm.map((axis) => x.shape[axis] as number),
    x.dtype,
  );
};

/** Products of matrices; sums of no products are 0. */
export const matMul: Mend = (stock) => (call) => {
  const { a, b } = call.inputs as { a: TensorInfo; b: TensorInfo };
  if (sizeOf(a.shape) > 0 && sizeOf(b.shape) > 0) return stock(call);
  const { transposeA, transposeB } = attributesOf<Record<'transposeA' | 'transposeB', boolean>>(call.attrs);
  const batch = backend_util.assertAndGetBroadcastShape(a.shape.slice(0, -2), b.shape.slice(0, -2));
  const shape = [...batch, a.shape.at(transposeA ? -1 : -2)!, b.shape.at(transposeB ? -2 : -1)!];
  return filled(call, shape, { dtype: 'float32', value: 0 });
};

function filled(
  call: Call,
  shape: readonly number[],
  { dtype, value }: { readonly dtype: DataType; readonly value: number },
): TensorInfo {
  const output = backendOf(call).makeOutput(shape, dtype);
  backendOf(call).typedArrayFromHeap(output).fill(value);
  return output;
}
