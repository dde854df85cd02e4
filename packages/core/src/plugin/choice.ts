import type { Quantizer } from './quantizer.js';

/** A quantizer as a value, or by name with options: `'ul2q'`, `'ul2q:lambda=paper'`. */
export type QuantizerChoice = Quantizer | string;
