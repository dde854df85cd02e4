import type { backend_util, DataId, DataType, KernelFunc, TensorInfo } from '@tensorflow/tfjs-core';

/** The part of the wasm backend that kernels of our own use; it is private. */
export interface WasmBackend {
  /** Its values are whatever lay in memory there before. */
  makeOutput(shape: readonly number[], dtype: DataType): TensorInfo;
  /** Gives the memory back. */
  disposeData(dataId: DataId): boolean;
  /** The values where they are, until memory is allocated again; truth values are bytes. */
  typedArrayFromHeap(tensor: TensorInfo): Values;
}

export type Values = Float32Array | Int32Array | Uint8Array;

/** The attributes of a kernel, as its operator has them. */
export const attributesOf = <T>(attributes: unknown): T => attributes as T;

export type Call = Parameters<KernelFunc>[0];

/** A kernel of the backend that is right for more calls than `stock`, to which it leaves all others. */
export type Mend = (stock: KernelFunc) => (call: Call) => TensorInfo | TensorInfo[];

export const backendOf = ({ backend }: Call): WasmBackend => backend as WasmBackend;

export type Padding = readonly [before: number, after: number];

/** Sides of a window over pictures as the padding of an operator. Where strides are longer than the window nothing is cut off. */
export function sidesOf({ top, bottom, left, right }: Omit<backend_util.PadInfo, 'type'>): Padding[] {
  const sides = [
    [0, 0],
    [top, bottom],
    [left, right],
    [0, 0],
  ] as const;
  return sides.map(([before, after]) => [Math.max(before, 0), Math.max(after, 0)] as const);
}
