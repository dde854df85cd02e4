import { seededRandom, type QuantizedTensor, type Scheme, type Slicing } from '@lowbit/core';
import { parameterShape } from '@lowbit/core/adapter';

/**
 * Kinds of grids: with an integer zero point, with one of the two next to the middle, with a free offset, symmetric, a
 * codebook, residual signs.
 */
export type GridKind = 'zero-point' | 'middle' | 'offset' | 'symmetric' | 'codebook' | 'residual';

/** A quantized tensor with random codes and parameters; the same arguments give the same tensor. */
export function sampleTensor(
  shape: readonly number[],
  slicing: Slicing,
  bits: number,
  kind: GridKind,
  parameterStorage: 'float32' | 'float16' = 'float32',
): QuantizedTensor {
  const random = seededRandom(bits);
  const slices = product(parameterShape(shape, slicing));
  const scheme = schemes[kind](slices, bits, random);
  const levels = scheme.kind === 'residual' ? 2 ** scheme.order : scheme.levels;
  const codes = new (bits <= 8 ? Uint8Array : Uint16Array)(product(shape)).map(() =>
    Math.floor(random() * levels),
  );
  return { shape, slicing, bits, codes, scheme, parameterStorage };
}

type MakeScheme = (slices: number, bits: number, random: () => number) => Scheme;

/** Multiples of 2⁻¹⁰ below 2: float16 holds them exactly. */
const numbers = (count: number, random: () => number, from = 1) =>
  Float32Array.from({ length: count }, () => (from + Math.floor(random() * 1000)) / 1024);

const schemes: Record<GridKind, MakeScheme> = {
  'zero-point': (slices, bits, random) => {
    const scale = numbers(slices, random);
    const offset = scale.map((step) => -Math.floor(random() * 2 ** bits) * step);
    return { kind: 'affine', levels: 2 ** bits, scale, offset };
  },
  middle: (slices, bits, random) => {
    const scale = numbers(slices, random);
    const offset = scale.map((step) => -(2 ** (bits - 1) - Math.round(random())) * step);
    return { kind: 'affine', levels: 2 ** bits, scale, offset };
  },
  offset: (slices, bits, random) => {
    const scale = numbers(slices, random, 0);
    const offset = numbers(slices, random, -500);
    return { kind: 'affine', levels: 2 ** bits, scale, offset };
  },
  symmetric: (slices, bits, random) => ({
    kind: 'affine',
    levels: 2 ** bits,
    scale: numbers(slices, random),
  }),
  codebook: (slices, bits, random) => {
    const levels = Math.min(2 ** bits, 40);
    return { kind: 'codebook', levels, values: numbers(slices * levels, random, -500) };
  },
  residual: (slices, bits, random) => {
    const order = Math.min(bits, 8);
    return { kind: 'residual', order, scales: numbers(slices * order, random) };
  },
};

function product(sizes: readonly number[]): number {
  return sizes.reduce((all, size) => all * size, 1);
}
