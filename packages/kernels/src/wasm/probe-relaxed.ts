import type { KernelExports } from './exports.js';
import type { WasmMemory } from './web-assembly.js';

/** How `i32x4.relaxed_dot_i8x16_i7x16_add_s` treats inputs beyond what its specification fixes. */
export interface RelaxedDot {
  /** Whether the eighth bit of an input is its sign, or part of a number from 0 to 255. */
  readonly inputs: 'signed' | 'unsigned';
  /** Largest magnitude of weights for which no sum within it saturates: 128, or 64 (two products in 16 bits). */
  readonly largestWeight: 128 | 64;
}

/** So often that what an engine compiles at first and what it compiles later both compute. */
const rounds = 1024;

/**
 * How the relaxed dot product computes, by trying the outermost values and others between. Engines may choose another
 * instruction for each host, and some have had it wrong: V8 11.3 (Node 20) doubles the sums until it optimizes.
 *
 * @param memory That of the instance; its first 64 bytes are overwritten.
 * @returns `undefined` where it computes none of the sums that are known.
 */
export function probeRelaxedDot(kernels: KernelExports, memory: WasmMemory): RelaxedDot | undefined {
  for (const inputs of ['unsigned', 'signed'] as const)
    for (const largestWeight of [128, 64] as const)
      if (isRight(kernels, memory, { inputs, largestWeight })) return { inputs, largestWeight };
  return undefined;
}

function isRight(kernels: KernelExports, memory: WasmMemory, { inputs, largestWeight }: RelaxedDot): boolean {
  const weights = new Int8Array(memory.buffer, 0, 16);
  const bytes = new Uint8Array(memory.buffer, 16, 16);
  const sums = new Int32Array(memory.buffer, 32, 4);
  const most = Math.min(largestWeight, 127);
  for (let round = 0; round < rounds; round++) {
    // Each pair of outermost values in one round of nine; what is in between in the others.
    for (let at = 0; at < 16; at++) {
      weights[at] = [most, -largestWeight, ((round * 37 + at * 11) % (2 * most)) - most][round % 3]!;
      const input = (round * 101 + at * 29) % 255;
      if (inputs === 'unsigned') bytes[at] = [255, 0, input][Math.floor(round / 3) % 3]!;
      else bytes[at] = [127, -128, input - 127][Math.floor(round / 3) % 3]!;
    }
    sums.fill(round);
    kernels.probeDot(0, 16, 32);
    if (!sums.every((sum, lane) => sum === expected(lane, round))) return false;
  }
  return true;

  function expected(lane: number, start: number): number {
    let sum = start;
    for (let at = 4 * lane; at < 4 * lane + 4; at++)
      sum += weights[at]! * (inputs === 'unsigned' ? bytes[at]! : (bytes[at]! << 24) >> 24);
    return sum;
  }
}

/** Whether the relaxed lookup gives the byte that each index below 16 chooses, which is all that is asked of it here. */
export function probeRelaxedSwizzle(kernels: KernelExports, memory: WasmMemory): boolean {
  const [table, indices, chosen] = [0, 16, 32].map((at) => new Uint8Array(memory.buffer, at, 16));
  for (let round = 0; round < rounds; round++) {
    for (let at = 0; at < 16; at++) {
      table![at] = round * 89 + at * 23;
      indices![at] = (round * 7 + at * 5) & 15;
    }
    kernels.probeSwizzle(0, 16, 32);
    if (!chosen!.every((byte, at) => byte === table![indices![at]!])) return false;
  }
  return true;
}
