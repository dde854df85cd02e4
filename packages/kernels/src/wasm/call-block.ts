import type { Heap } from './heap.js';

/** Where the numbers of a call lie in its block, in bytes: as `assembly/call.ts` has them. */
const integers = {
  ...{ weights: 0, bits: 4, columns: 8, quads: 12, inputs: 16, places: 20, rows: 24 },
  ...{ runs: 28, skips: 32, run: 36 },
  ...{ scales: 48, shifts: 52, biases: 56, slopes: 60, rowScales: 64, rowSums: 68, starts: 72 },
  ...{ output: 76, addend: 80, panel: 92, block: 96, relaxed: 100, levels: 104 },
  ...{ values: 256, samples: 260, height: 264, width: 268, channels: 272 },
  ...{ reachedHeight: 276, reachedWidth: 280, top: 284, left: 288, borderedHeight: 292, borderedWidth: 296 },
  ...{ pixelBytes: 300, zero: 304, outHeight: 308, outWidth: 312, verticalStep: 316, horizontalStep: 320 },
  ...{ tables: 324, inputBits: 328, groups: 332, chunks: 336, chunkList: 340, isPaired: 344 },
  ...{ pixelSums: 348, tileSums: 352, sumStride: 356, isMean: 408, isByPixel: 412 },
  ...{ windowHeight: 416, windowWidth: 420, windowLine: 424, windowColumn: 428, stride: 432 },
  ...{ taps: 452, ones: 456, channelSums: 460, found: 480 },
  ...{ most: 484, mosts: 488, next: 492, codeBytes: 496, targets: 500 },
} as const;

const floats = {
  ...{ lowest: 84, highest: 88 },
  ...{ threshold1: 392, threshold2: 396, threshold3: 400, inputScale: 404 },
  ...{ step: 464, inverse: 468, leastCode: 472, mostCode: 476 },
} as const;

/** What a call is about: addresses, counts, strides and limits. What is left out is 0. */
export type Call = Partial<Readonly<Record<keyof typeof integers | keyof typeof floats, number>>>;

const placesOfIntegers = Object.entries(integers) as [keyof Call, number][];
const placesOfFloats = Object.entries(floats) as [keyof Call, number][];

/** Bytes of a block. */
export const blockBytes = 512;

/** What a call says, and lists that belong into memory for it, each at an address that was reserved. */
export interface PreparedCall {
  readonly call: Call;
  readonly lists: readonly (readonly [address: number, list: Int32Array])[];
}

/**
 * Runs a call. What it needs meanwhile is given back.
 *
 * @param prepare Reserves what the call needs beyond inputs and outputs, and says the call.
 */
export function runCall(
  heap: Heap,
  prepare: (reserve: (bytes: number) => number) => PreparedCall,
  run: (block: number) => void,
): void {
  withRoom(heap, (reserve) => {
    const { call, lists } = prepare(reserve);
    const block = reserve(blockBytes);
    const { buffer } = heap.memory;
    for (const [address, list] of lists) new Int32Array(buffer, address, list.length).set(list);
    writeCall(buffer, block, call);
    run(block);
  });
}

/** Gives back what `use` reserves, when it is done. */
export function withRoom<Result>(heap: Heap, use: (reserve: (bytes: number) => number) => Result): Result {
  const addresses: number[] = [];
  try {
    return use((bytes) => {
      const address = heap.reserve(bytes);
      addresses.push(address);
      return address;
    });
  } finally {
    for (const address of addresses) heap.release(address);
  }
}

/** Writes a call to its block. */
export function writeCall(buffer: ArrayBufferLike, address: number, call: Call): void {
  const view = new DataView(buffer, address, blockBytes);
  for (const [name, at] of placesOfIntegers) view.setInt32(at, call[name] ?? 0, true);
  for (const [name, at] of placesOfFloats) view.setFloat32(at, call[name] ?? 0, true);
}
