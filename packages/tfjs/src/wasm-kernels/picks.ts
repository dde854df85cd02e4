import { sizeOf } from '@lowbit/core/adapter';
import {
  backend_util,
  type DataType,
  slice_util,
  type Tensor,
  type TensorInfo,
  util,
} from '@tensorflow/tfjs-core';
import { attributesOf, backendOf, type Mend } from './wasm-backend.js';

/** Vectors with a one where each index says; an index that is out of range has none, and writes nowhere else. */
export const oneHot: Mend = () => (call) => {
  const { indices } = call.inputs as { indices: TensorInfo };
  const { depth, onValue, offValue, dtype } = attributesOf<{
    readonly depth: number;
    readonly onValue: number;
    readonly offValue: number;
    readonly dtype: DataType;
  }>(call.attrs);
  const wasm = backendOf(call);
  const output = wasm.makeOutput([...indices.shape, depth], dtype);
  const values = wasm.typedArrayFromHeap(output).fill(offValue);
  wasm.typedArrayFromHeap(indices).forEach((index, row) => {
    if (index >= 0 && index < depth) values[row * depth + index] = onValue;
  });
  return output;
};

/** Slices by their indices, of each batch by its own; the backend's own kernel is right without batches. */
export const gather: Mend = (stock) => (call) => {
  const { x, indices } = call.inputs as { x: TensorInfo; indices: TensorInfo };
  const { axis, batchDims } = attributesOf<Record<'axis' | 'batchDims', number>>(call.attrs);
  if (batchDims === 0 && sizeOf(x.shape) > 0 && sizeOf(indices.shape) > 0) return stock(call);
  const [at] = util.parseAxisParam(axis, x.shape) as [number];
  const { batchSize, outerSize, dimSize, sliceSize, outputShape } =
    backend_util.segment_util.collectGatherOpShapeInfo(x as Tensor, indices as Tensor, at, batchDims);
  const wasm = backendOf(call);
  const output = wasm.makeOutput(outputShape, x.dtype);
  if (sizeOf(outputShape) === 0) return output;
  const [from, places, to] = [x, indices, output].map((each) => wasm.typedArrayFromHeap(each)) as [
    Float32Array,
    Int32Array,
    Float32Array,
  ];
  const count = places.length / batchSize;
  for (let batch = 0; batch < batchSize; batch++)
    for (let outer = 0; outer < outerSize; outer++)
      for (let i = 0; i < count; i++) {
        const index = places[batch * count + i] as number;
        util.assert(
          index >= 0 && index < dimSize,
          () => `GatherV2: the index value ${index} is not in [0, ${dimSize - 1}]`,
        );
        const row = batch * outerSize + outer;
        const start = (row * dimSize + index) * sliceSize;
        to.set(from.subarray(start, start + sliceSize), (row * count + i) * sliceSize);
      }
  return output;
};

/** Every so manyth place; what is no float the backend's own kernel gives as one. */
export const stridedSlice: Mend = (stock) => (call) => {
  const { x } = call.inputs as { x: TensorInfo };
  if (x.dtype === 'float32') return stock(call);
  const { begin, end, strides, beginMask, endMask, ellipsisMask, newAxisMask, shrinkAxisMask } = attributesOf<
    Record<'begin' | 'end' | 'strides', number[]> &
      Record<'beginMask' | 'endMask' | 'ellipsisMask' | 'newAxisMask' | 'shrinkAxisMask', number>
  >(call.attrs);
  const masks = [beginMask, endMask, ellipsisMask, newAxisMask, shrinkAxisMask] as const;
  const info = slice_util.sliceInfo(x.shape, begin, end, strides, ...masks);
  if (info.isIdentity || info.sliceDim0 || info.isSimpleSlice) return stock(call);
  const wasm = backendOf(call);
  const output = wasm.makeOutput(info.finalShape, x.dtype);
  const [from, to] = [x, output].map((each) => wasm.typedArrayFromHeap(each)) as [Int32Array, Int32Array];
  const steps = [...util.computeStrides(x.shape), 1];
  for (let written = 0; written < to.length; written++) {
    let at = 0;
    let rest = written;
    for (let axis = x.shape.length - 1; axis >= 0; axis--) {
      const length = info.finalShapeSparse[axis] as number;
      at +=
        ((info.begin[axis] as number) + (rest % length) * (info.strides[axis] as number)) *
        (steps[axis] as number);
      rest = Math.floor(rest / length);
    }
    to[written] = from[at] as number;
  }
  return output;
};
