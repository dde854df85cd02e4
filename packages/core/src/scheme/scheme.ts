import { LowbitError } from '../errors/error.js';
import { affineOffset, midpoints } from './nearest.js';
import type { AffineScheme, CodebookScheme, ResidualScheme, Scheme, SliceParameters } from './types.js';

type Affine = Extract<SliceParameters, { kind: 'affine' }>;
type Codebook = Extract<SliceParameters, { kind: 'codebook' }>;
type Residual = Extract<SliceParameters, { kind: 'residual' }>;

/** Gathers the parameters of all slices into one scheme. Slices of one tensor must be of one kind. */
export function collectScheme(slices: readonly SliceParameters[], where: string): Scheme {
  const kinds = new Set(slices.map((slice) => slice.kind));
  if (kinds.size > 1) throw mixedKinds([...kinds], where);
  if (kinds.has('codebook')) return collectCodebooks(slices as readonly Codebook[]);
  if (kinds.has('residual')) return collectResiduals(slices as readonly Residual[]);
  return collectAffine(slices as readonly Affine[]);
}

/** The parameters of one slice of a scheme. */
export function sliceParameters(scheme: Scheme, slice: number): SliceParameters {
  if (scheme.kind === 'affine') {
    const scale = scheme.scale[slice] as number;
    const { levels, offset } = scheme;
    if (offset === undefined) return { kind: 'affine', levels, scale };
    return { kind: 'affine', levels, scale, offset: offset[slice] as number };
  }
  if (scheme.kind === 'residual') {
    return {
      kind: 'residual',
      scales: scheme.scales.subarray(slice * scheme.order, (slice + 1) * scheme.order),
    };
  }
  const values = scheme.values.subarray(slice * scheme.levels, (slice + 1) * scheme.levels);
  if (scheme.thresholds === undefined) return { kind: 'codebook', values };
  const width = scheme.levels - 1;
  return {
    kind: 'codebook',
    values,
    thresholds: scheme.thresholds.subarray(slice * width, (slice + 1) * width),
  };
}

/** Number of different codes that the scheme can hold. */
export function levelsOf(scheme: Scheme): number {
  return scheme.kind === 'residual' ? 2 ** scheme.order : scheme.levels;
}

function collectAffine(slices: readonly Affine[]): AffineScheme {
  const levels = slices.reduce((most, slice) => Math.max(most, slice.levels), 1);
  const scale = Float32Array.from(slices, (slice) => slice.scale);
  const symmetric = slices.every((slice) => slice.offset === undefined && slice.levels === levels);
  if (symmetric) return { kind: 'affine', levels, scale };
  const offset = Float32Array.from(slices, (slice) => affineOffset(slice.levels, slice.scale, slice.offset));
  return { kind: 'affine', levels, scale, offset };
}

/** Short codebooks repeat their last value; their missing thresholds are never passed. */
function collectCodebooks(slices: readonly Codebook[]): CodebookScheme {
  const levels = slices.reduce((most, slice) => Math.max(most, slice.values.length), 1);
  const values = new Float32Array(slices.length * levels);
  slices.forEach((slice, s) => {
    const last = slice.values[slice.values.length - 1] ?? 0;
    values.fill(last, s * levels, (s + 1) * levels);
    values.set(slice.values, s * levels);
  });
  if (slices.every((slice) => slice.thresholds === undefined)) return { kind: 'codebook', levels, values };
  const width = levels - 1;
  const thresholds = new Float32Array(slices.length * width).fill(Infinity);
  slices.forEach((slice, s) => thresholds.set(slice.thresholds ?? midpoints(slice.values), s * width));
  return { kind: 'codebook', levels, values, thresholds };
}

function collectResiduals(slices: readonly Residual[]): ResidualScheme {
  const order = slices.reduce((most, slice) => Math.max(most, slice.scales.length), 1);
  const scales = new Float32Array(slices.length * order);
  slices.forEach((slice, s) => scales.set(slice.scales, s * order));
  return { kind: 'residual', order, scales };
}

function mixedKinds(kinds: readonly string[], where: string): LowbitError {
  return new LowbitError({
    code: 'plugin-failed',
    where,
    expected: 'slices of one kind',
    received: kinds.join(' and '),
    remedy: 'The quantizer must return the same kind of parameters for every slice of a tensor.',
  });
}
