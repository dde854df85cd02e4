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

/** What one layer or stage computes. */
export interface Products {
  /** Multiply-accumulate operations of one sample. */
  readonly macs: number;
  readonly weightBits: number;
  readonly activationBits: number;
}

/**
 * Bit operations of one sample, Σ macs · weightBits · activationBits. Stages of a network compute about equally much, so
 * falling widths save memory but not bit operations when activations have the bits of the weights: 4, 2, 1 bits cost
 * (16 + 4 + 1) / 3 = 7 a product, 2 bits everywhere 4.
 */
export function bitOperations(layers: readonly Products[]): number {
  return layers.reduce(
    (sum, { macs, weightBits, activationBits }) => sum + macs * weightBits * activationBits,
    0,
  );
}
