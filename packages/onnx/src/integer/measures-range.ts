import type { FittedSite } from '@lowbit/core';

/** Whether the site is what `DynamicQuantizeLinear` computes: 8 bits over the range of the values at hand. */
export const measuresRange = ({ bits, quantizer }: FittedSite): boolean =>
  bits === 8 && quantizer.dynamic === 'range';
