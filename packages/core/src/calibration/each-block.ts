/** Values a block. */
const size = 4096;

/**
 * Calls `visit` with the start and end of one block of indices after the other. V8 compiles a short loop that is entered
 * often several times better than one that runs long.
 */
export function eachBlock(length: number, visit: (from: number, to: number) => void): void {
  for (let from = 0; from < length; from += size) visit(from, Math.min(length, from + size));
}
