import type { MadeGraph } from './made-graphs.js';

/** Inputs as JSON. */
export function plainRuns(runs: MadeGraph['runs']): string {
  return JSON.stringify(runs, (_, value: unknown) =>
    ArrayBuffer.isView(value) ? Array.from(value as unknown as ArrayLike<number>, Number) : value,
  );
}
