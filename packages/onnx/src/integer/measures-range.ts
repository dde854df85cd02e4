import { seededRandom, type FittedSite } from '@lowbit/core';
import { uint8Site } from './uint8-site.js';

/** Values whose range is not symmetric, with 0 inside. */
const probe = Float32Array.of(-1, 0, 0.25, 0.55);
const step = 1.55 / 255;

/**
 * Whether a quantizer that measures on every run does what `DynamicQuantizeLinear` does: 256 even levels over the range
 * of the values, extended to 0, which is one of them.
 */
export function measuresRange(site: FittedSite): boolean {
  const { bits, quantizer, options } = site;
  if (quantizer.dynamic !== true || bits !== 8) return false;
  const context = { role: 'activation', bits, options, random: seededRandom(0) } as const;
  const measured = uint8Site({ ...site, parameters: quantizer.fit(probe, context) });
  return typeof measured === 'object' && Math.abs(measured.scale - step) < 1e-3 * step;
}
