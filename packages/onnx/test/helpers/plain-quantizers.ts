import type { Quantizer } from '@lowbit/core';
import type { SliceParameters } from '@lowbit/core/adapter';

/** Symmetric 8-bit weights, so that these tests need no method package. */
export const plainAbsmax: Quantizer = {
  kind: 'quantizer',
  api: 2,
  name: 'plain-absmax',
  roles: ['weight'],
  bits: { weight: [4, 8] },
  fit(values, { bits }) {
    const largest = 2 ** (bits - 1) - 1;
    const reach = values.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
    return { kind: 'affine', levels: 2 * largest + 1, scale: Math.fround(reach / largest) };
  },
};

/** The observed range, with 0 on the grid. */
export const plainRange: Quantizer = {
  kind: 'quantizer',
  api: 2,
  name: 'plain-range',
  roles: ['activation'],
  bits: { activation: [4, 8] },
  fit: (_, { bits, statistics }) => between(statistics?.min ?? 0, statistics?.max ?? 0, bits),
};

/** The range of the values at hand. */
export const plainDynamic: Quantizer = {
  ...plainRange,
  name: 'plain-dynamic',
  bits: { activation: [8] },
  dynamic: 'range',
  fit: (values, { bits }) => between(Math.min(...values), Math.max(...values), bits),
};

function between(min: number, max: number, bits: number): SliceParameters {
  const levels = 2 ** bits;
  const [low, high] = [Math.min(0, min), Math.max(0, max)];
  const scale = Math.fround((high - low) / (levels - 1));
  return { kind: 'affine', levels, scale, offset: Math.fround(-Math.round(-low / scale) * scale) };
}
