import type { Quantizer } from '@lowbit/core';
import type { SliceParameters } from '@lowbit/core/adapter';

function quantizer(name: string, fit: Quantizer['fit'], rest: Partial<Quantizer> = {}): Quantizer {
  return {
    kind: 'quantizer',
    api: 2,
    name,
    roles: ['weight'],
    bits: { weight: [1, 2, 3, 4, 5, 6, 7, 8] },
    fit,
    ...rest,
  };
}

/** An affine grid from the smallest to the largest value. */
export const grid = quantizer(
  'grid',
  (values, { bits }): SliceParameters => {
    const levels = 2 ** bits;
    const min = Math.min(...values);
    const scale = (Math.max(...values) - min) / (levels - 1);
    return { kind: 'affine', levels, scale: Math.fround(scale), offset: Math.fround(min) };
  },
  { grids: { even: {} } },
);

/** A codebook of the slice's own values at equal ranks. */
export const ranks = quantizer('ranks', (values, { bits }): SliceParameters => {
  const sorted = values.slice().sort();
  const levels = Math.min(2 ** bits, sorted.length);
  const at = (i: number) => sorted[Math.floor(((i + 0.5) * sorted.length) / levels)] as number;
  return { kind: 'codebook', values: Float32Array.from({ length: levels }, (_, i) => at(i)) };
});

/** Signs with halving scales. */
export const halves = quantizer('halves', (values, { bits }): SliceParameters => {
  const mean = values.reduce((sum, value) => sum + Math.abs(value), 0) / values.length;
  return { kind: 'residual', scales: Float32Array.from({ length: bits }, (_, i) => mean / 2 ** i) };
});

/** The grid with a gradient that is cut to 0 where |x| > 1. */
export const clippedGrid = quantizer('clipped-grid', grid.fit, {
  backward: (ops, x, dy) => ({
    x: ops.where(ops.greater(ops.abs(x), ops.constant(1)), ops.constant(0), dy),
  }),
});

/** The grid at every width that a code can have. */
export const wide: Quantizer = { ...grid, name: 'wide', bits: { weight: [2, 8, 10] } };
