import { absmax, fixedPoint, minMax } from '@lowbit/baselines';
import type { Quantizer } from '@lowbit/core';
import { ul2q } from '@lowbit/ul2q';

/** A quantizer that computes its parameters in closed form, and the widths that are timed. */
export interface TimedMethod {
  readonly quantizer: Quantizer;
  readonly bits: readonly number[];
}

/** Absmax and fixed point have no 1-bit form. */
export const timedMethods: readonly TimedMethod[] = [
  { quantizer: ul2q(), bits: [1, 2, 4, 8] },
  { quantizer: minMax({ zeroPoint: 'real', refine: 'none' }), bits: [1, 2, 4, 8] },
  { quantizer: absmax(), bits: [2, 4, 8] },
  { quantizer: fixedPoint(), bits: [2, 4, 8] },
];
