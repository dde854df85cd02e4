import type { FittedSite } from '@lowbit/core/adapter';

/** How a value is quantized to unsigned 8-bit integers: value = scale · (code − zeroPoint). */
export interface Uint8Site {
  readonly scale: number;
  readonly zeroPoint: number;
}

/** The fitted parameters as a scale and an integer zero point, or why integer operators cannot take them. */
export function uint8Site({ bits, parameters }: FittedSite): Uint8Site | string {
  if (bits !== 8) return `its activations have ${bits} bits, and integer operators take 8`;
  if (parameters?.kind !== 'affine') return 'its activations are not on an even grid';
  const { scale, levels, offset = (-scale * (levels - 1)) / 2 } = parameters;
  if (scale === 0) return 'its activations were constant in the calibration';
  const zeroPoint = Math.round(-offset / scale);
  const exact = Math.abs(zeroPoint * scale + offset) <= 1e-3 * scale;
  if (!exact || zeroPoint < 0 || zeroPoint > 255)
    return 'the grid of its activations has no integer zero point';
  return { scale, zeroPoint };
}

/** Whether the site is what `DynamicQuantizeLinear` computes: 8 bits over the range of the values at hand. */
export const measuresRange = ({ bits, quantizer }: FittedSite): boolean =>
  bits === 8 && quantizer.dynamic === 'range';
