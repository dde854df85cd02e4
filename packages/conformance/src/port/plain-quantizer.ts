import { range, type Quantizer } from '@lowbit/core';

/** A min-max quantizer with an integer zero point: what every port can store. */
export const plainQuantizer: Quantizer = {
  kind: 'quantizer',
  api: 1,
  name: 'conformance-plain',
  roles: ['weight'],
  bits: { weight: [8] },
  grids: { 'zero-point': {} },
  fit(values, { bits }) {
    const { min, max } = range(values);
    const levels = 2 ** bits;
    const low = Math.min(0, min);
    const scale = Math.fround((Math.max(0, max) - low) / (levels - 1));
    const zeroPoint = scale === 0 ? 0 : Math.min(levels - 1, Math.round(-low / scale));
    return { kind: 'affine', levels, scale, offset: Math.fround(-zeroPoint * scale) };
  },
};
