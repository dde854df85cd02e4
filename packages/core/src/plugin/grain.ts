import type { Options } from './options.js';
import type { Grain, Quantizer } from './quantizer.js';

/** What one row is that the quantizer gets, with these options. */
export function grainOf(quantizer: Quantizer, options: Options): Grain {
  const { sees = 'values' } = quantizer;
  return typeof sees === 'function' ? sees(options) : sees;
}
