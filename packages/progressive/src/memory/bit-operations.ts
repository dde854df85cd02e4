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
