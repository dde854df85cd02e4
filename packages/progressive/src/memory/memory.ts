/** What the weights of one layer or stage need. */
export interface StoredWeights {
  /** Number of values. */
  readonly count: number;
  readonly bits: number;
}

/** Bytes of the codes, Σ ⌈count · bits / 8⌉; parameters and containers are not counted. */
export function codeBytes(weights: readonly StoredWeights[]): number {
  return weights.reduce((sum, { count, bits }) => sum + Math.ceil((count * bits) / 8), 0);
}

/**
 * The share of memory that mixed widths save against one width for all, 1 − Σ n·b / (B · Σ n): 0.328 for three stages of
 * ResNet-20 at 4, 2, 1 bits against 2. Negative where they need more.
 *
 * @param homogeneous the one width B
 */
export function memorySaved(weights: readonly StoredWeights[], homogeneous: number): number {
  const values = weights.reduce((sum, { count }) => sum + count, 0);
  const bits = weights.reduce((sum, { count, bits }) => sum + count * bits, 0);
  return 1 - bits / (homogeneous * values);
}
