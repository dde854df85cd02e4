import type { Quantizer } from '@lowbit/core';

/** A small min-max quantizer with integer zero points, so that these tests need no method package. */
export const plainMinMax: Quantizer = {
  kind: 'quantizer',
  api: 2,
  name: 'plain-min-max',
  roles: ['weight'],
  bits: { weight: [1, 2, 3, 4, 5, 6, 7, 8, 16] },
  fit(values, { bits }) {
    const levels = 2 ** bits;
    const min = values.reduce((least, value) => Math.min(least, value), 0);
    const max = values.reduce((most, value) => Math.max(most, value), 0);
    if (min === max) return { kind: 'affine', levels, scale: 0, offset: min };
    const scale = Math.fround((max - min) / (levels - 1));
    return { kind: 'affine', levels, scale, offset: Math.fround(-Math.round(-min / scale) * scale) };
  },
};
