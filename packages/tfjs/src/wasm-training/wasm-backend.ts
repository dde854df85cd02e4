import type { TensorInfo } from '@tensorflow/tfjs-core';

/** The part of the wasm backend that kernels of our own use; it is private. */
export interface WasmBackend {
  makeOutput(shape: number[], dtype: 'float32'): TensorInfo;
  /** The values where they are, until memory is allocated again. */
  typedArrayFromHeap(tensor: TensorInfo): Float32Array | Int32Array;
}

/** The attributes of a kernel, as its operator has them. */
export const attributesOf = <T>(attributes: unknown): T => attributes as T;
