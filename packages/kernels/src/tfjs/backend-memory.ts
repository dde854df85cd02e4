import type { DataId, KernelBackend, TensorInfo } from '@tensorflow/tfjs-core';
import { LowbitError } from '@lowbit/core';
import type { Heap } from '../wasm/heap.js';
import type { WasmMemory } from '../wasm/web-assembly.js';

/** What the WebAssembly backend of TensorFlow.js has beyond what it declares; any of it may be missing in another version. */
interface WasmInternals {
  readonly wasm?: {
    readonly wasmMemory?: WasmMemory;
    readonly asm?: { readonly memory?: WasmMemory };
    readonly HEAPU8?: Uint8Array;
    _malloc?(bytes: number): number;
    _free?(address: number): void;
  };
  readonly dataIdMap?: { get(id: DataId): { readonly memoryOffset?: number | null } | undefined };
  makeOutput?(shape: readonly number[], dtype: 'float32'): TensorInfo;
}

/** The memory of a backend, in which its tensors are. */
export interface BackendMemory {
  readonly heap: Heap;
  /** Where the values of a tensor begin, in bytes. */
  addressOf(tensor: TensorInfo): number;
  /** A tensor whose values are still to be written. */
  makeOutput(shape: readonly number[]): TensorInfo;
}

const known = new WeakMap<KernelBackend, BackendMemory>();

/** The memory of the WebAssembly backend; `undefined` for other backends, and where the version keeps it to itself. */
export function memoryOf(backend: KernelBackend): BackendMemory | undefined {
  const found = known.get(backend) ?? findMemory(backend as WasmInternals);
  if (found !== undefined) known.set(backend, found);
  return found;
}

function findMemory(backend: WasmInternals): BackendMemory | undefined {
  const { wasm, dataIdMap } = backend;
  const memory = wasm?.wasmMemory ?? wasm?.asm?.memory;
  const isWhole = wasm?._malloc && wasm._free && backend.makeOutput && dataIdMap;
  if (!isWhole || memory === undefined || wasm.HEAPU8?.buffer !== memory.buffer) return undefined;
  return {
    heap: {
      memory,
      reserve: (bytes) => reserve(wasm._malloc!(Math.max(1, bytes)) >>> 0, bytes),
      release: (address) => wasm._free!(address),
    },
    addressOf: ({ dataId }) => dataIdMap.get(dataId)!.memoryOffset ?? 0,
    makeOutput: (shape) => backend.makeOutput!(shape, 'float32'),
  };
}

function reserve(address: number, bytes: number): number {
  if (address !== 0) return address;
  throw new LowbitError({
    code: 'model-too-large',
    where: 'memory of the WebAssembly backend of TensorFlow.js',
    expected: 'what the host has left',
    received: `${bytes} bytes more`,
    remedy: 'Dispose tensors and models that are not needed, or give smaller batches.',
  });
}
