import type { Heap } from './heap.js';

/** What stays in memory for a layer. */
export interface Keeper {
  /** Copies data into memory; gives its address, and 0 for none. */
  keep(data: Uint8Array | Int8Array | Float32Array | Int32Array | undefined): number;
  /** Bytes that are kept. */
  bytes(): number;
  release(): void;
}

export function keeper(heap: Heap): Keeper {
  const addresses: number[] = [];
  let bytes = 0;
  return {
    keep(data) {
      if (data === undefined) return 0;
      const { buffer, byteOffset, byteLength } = data;
      const address = heap.reserve(byteLength);
      addresses.push(address);
      new Uint8Array(heap.memory.buffer).set(new Uint8Array(buffer, byteOffset, byteLength), address);
      bytes += byteLength;
      return address;
    },
    bytes: () => bytes,
    release: () => addresses.forEach((address) => heap.release(address)),
  };
}

/** Constants of channels, filled up to whole panels. */
export function inPanels(constants: Float32Array): Float32Array {
  const filled = new Float32Array((constants.length + 7) & ~7);
  filled.set(constants);
  return filled;
}
