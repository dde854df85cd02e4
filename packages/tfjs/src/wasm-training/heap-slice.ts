import * as tf from '@tensorflow/tfjs-core';
import { attributesOf, type Values, type WasmBackend } from '../wasm-kernels/wasm-backend.js';

const made = new WeakSet<tf.KernelFunc>();

/** Whether the kernel is one of {@link heapSlice}. */
export function isHeapSlice({ kernelFunc }: tf.KernelConfig): boolean {
  return made.has(kernelFunc);
}

/**
 * Slices of floats, copied row by row inside the memory of the wasm backend. The stock kernel, which still does all other types,
 * first copies the whole of x, at every slice.
 */
export function heapSlice(stock: tf.KernelConfig): tf.KernelConfig {
  const kernelFunc: tf.KernelFunc = (call) => {
    const { x } = call.inputs as { x: tf.TensorInfo };
    if (x.dtype !== 'float32') return stock.kernelFunc(call);
    const { begin, size } = attributesOf<Record<'begin' | 'size', number | number[]>>(call.attrs);
    const [start, shape] = tf.slice_util.parseSliceParams(x as tf.Tensor, begin, size) as [
      number[],
      number[],
    ];
    const wasm = call.backend as WasmBackend;
    const output = wasm.makeOutput(shape, 'float32');
    copyBlock(wasm.typedArrayFromHeap(x), wasm.typedArrayFromHeap(output), x.shape, start, shape);
    return output;
  };
  made.add(kernelFunc);
  return { ...stock, kernelFunc };
}

/** Numbers from which on a block copy is faster than a loop. */
const longRun = 48;

/** Copies what lies between `begin` and `begin + size` in an array of this shape, in the longest runs that there are. */
function copyBlock(
  from: Values,
  to: Values,
  shape: readonly number[],
  begin: readonly number[],
  size: readonly number[],
): void {
  if (to.length === 0) return;
  const strides = [...tf.util.computeStrides([...shape]), 1];
  let axis = shape.length - 1;
  while (axis > 0 && size[axis] === shape[axis]) axis--;
  const run = (size[axis] as number) * (strides[axis] as number);
  for (let written = 0; written < to.length; written += run) {
    let at = (begin[axis] as number) * (strides[axis] as number);
    let rest = written / run;
    for (let outer = axis - 1; outer >= 0; outer--) {
      const length = size[outer] as number;
      at += ((begin[outer] as number) + (rest % length)) * (strides[outer] as number);
      rest = Math.floor(rest / length);
    }
    if (run > longRun) to.set(from.subarray(at, at + run), written);
    else for (let i = 0; i < run; i++) to[written + i] = from[at + i] as number;
  }
}
