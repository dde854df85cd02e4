import type { FittedSite, Grain } from '@lowbit/core';

/** What one row of the matrix is that the quantizer of a site gets. */
export function grainOf({ quantizer: { sees = 'values' }, options }: FittedSite): Grain {
  return typeof sees === 'function' ? sees(options) : sees;
}
