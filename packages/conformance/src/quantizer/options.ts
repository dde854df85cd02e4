/** What a quantizer does to its levels when the values are scaled, shifted or mirrored. */
export type Equivariance = 'scale' | 'power-of-two' | 'translation' | 'sign';

/** What a quantizer claims beyond the laws that all keep. */
export interface QuantizerLawOptions {
  /**
   * The maps that its levels follow: `scale` (Q(c·w) = c·Q(w), c > 0), `power-of-two` (the same for powers of
   * two alone), `translation` (Q(w + t) = Q(w) + t), `sign` (Q(−w) = −Q(w)). Default: none.
   */
  readonly equivariant?: readonly Equivariance[];
  /**
   * What it represents exactly: slices whose values are all equal (`constant`) and all zero (`zero`). A
   * quantizer with fixed levels may not. Default: both.
   */
  readonly exact?: readonly ('constant' | 'zero')[];
  /** A wider code may have this many times the mean squared error of the next narrower one. Default 1.1. */
  readonly slack?: number;
}
