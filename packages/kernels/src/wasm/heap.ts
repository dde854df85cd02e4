import { LowbitError } from '@lowbit/core';
import type { WasmMemory } from './web-assembly.js';

/** A memory, and who says which part of it is free. Addresses are in bytes; views are made anew, since a memory may grow. */
export interface Heap {
  readonly memory: WasmMemory;
  /** The address of so many bytes that nobody else uses, a multiple of 16. */
  reserve(bytes: number): number;
  release(address: number): void;
}

const pageBytes = 65536;
/** Address 0 stands for nothing. */
const firstAddress = 64;

/** A heap over a memory that nobody else uses: what is free is a list in the order of addresses. */
export function ownHeap(memory: WasmMemory): Heap {
  const taken = new Map<number, number>();
  const free: { address: number; bytes: number }[] = [];
  let end = firstAddress;

  function reserve(wanted: number): number {
    const bytes = Math.max(16, (wanted + 15) & ~15);
    const at = free.findIndex((gap) => gap.bytes >= bytes);
    const address = at < 0 ? extend(bytes) : free[at]!.address;
    if (at >= 0) {
      const { bytes: found } = free[at]!;
      free.splice(at, 1, ...(found > bytes ? [{ address: address + bytes, bytes: found - bytes }] : []));
    }
    taken.set(address, bytes);
    return address;
  }

  function extend(bytes: number): number {
    const address = end;
    const missing = address + bytes - memory.buffer.byteLength;
    if (missing > 0) grow(memory, Math.ceil(missing / pageBytes));
    end += bytes;
    return address;
  }

  function release(address: number): void {
    const bytes = taken.get(address)!;
    taken.delete(address);
    const after = free.findIndex((gap) => gap.address > address);
    const at = after < 0 ? free.length : after;
    free.splice(at, 0, { address, bytes });
    for (const left of [at, at - 1]) {
      const [one, next] = [free[left], free[left + 1]];
      if (one && next && one.address + one.bytes === next.address)
        free.splice(left, 2, { address: one.address, bytes: one.bytes + next.bytes });
    }
    const last = free.at(-1);
    if (last && last.address + last.bytes === end) end = free.pop()!.address;
  }

  return { memory, reserve, release };
}

function grow(memory: WasmMemory, pages: number): void {
  try {
    memory.grow(pages);
  } catch (cause) {
    const received = `${memory.buffer.byteLength + pages * pageBytes} bytes`;
    throw new LowbitError(
      {
        code: 'model-too-large',
        where: 'memory of the kernels',
        expected: 'at most 4 GiB, and what the host has left',
        received,
        remedy: 'Dispose operations that are not needed, or give smaller batches.',
      },
      { cause },
    );
  }
}
