import { checkScheme } from './check-scheme.js';
import { LowbitError } from '../errors/error.js';
import { codebookValues } from './codebook-values.js';
import { affineOffset, midpoints } from './nearest.js';
import { allSteps, type Steps } from './steps.js';
import type { AffineScheme, CodebookScheme, ResidualScheme, Scheme, SliceParameters } from './types.js';

type Affine = Extract<SliceParameters, { kind: 'affine' }>;
type Codebook = Extract<SliceParameters, { kind: 'codebook' }>;
type Residual = Extract<SliceParameters, { kind: 'residual' }>;

/** Gathers the parameters of all slices into one scheme. Slices of one tensor must be of one kind. */
export function collectScheme(slices: readonly SliceParameters[], where: string): Scheme {
  return allSteps(gatherScheme(slices.length, (slice) => slices[slice] as SliceParameters, where));
}

/**
 * As {@link collectScheme}, of parameters that are asked for once each, in order, one a step: those of affine slices, which can be
 * many and short, become numbers at once.
 */
export function* gatherScheme(
  count: number,
  sliceAt: (slice: number) => SliceParameters,
  where: string,
): Steps<Scheme> {
  if (count === 0) return { kind: 'affine', levels: 1, scale: new Float32Array(0) };
  const first = sliceAt(0);
  const grids = affineGrids(first.kind === 'affine' ? count : 0);
  const others: SliceParameters[] = [];
  for (let slice = 0; slice < count; slice++) {
    const parameters = slice === 0 ? first : sliceAt(slice);
    if (parameters.kind !== first.kind) throw mixedKinds([first.kind, parameters.kind], where);
    if (parameters.kind === 'affine') grids.add(parameters);
    else others.push(parameters);
    yield;
  }
  if (first.kind === 'affine') return grids.scheme();
  if (first.kind === 'codebook') return collectCodebooks(others as readonly Codebook[]);
  return collectResiduals(others as readonly Residual[]);
}

/** The parameters of one slice of a scheme. */
export function sliceParameters(scheme: Scheme, slice: number): SliceParameters {
  checkScheme(scheme, 'sliceParameters(scheme, slice)');
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
  if (scheme.scale !== undefined)
    return { kind: 'codebook', values: scheme.values, scale: scheme.scale[slice] as number };
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
  checkScheme(scheme, 'levelsOf(scheme)');
  return scheme.kind === 'residual' ? 2 ** scheme.order : scheme.levels;
}

/** Takes the grids of `count` slices one after the other, as numbers. */
export function affineGrids(count: number): { add(slice: Affine): void; scheme(): AffineScheme } {
  const scale = new Float32Array(count);
  const offset = new Float32Array(count);
  let next = 0;
  let most = 1;
  let symmetric = true;
  return {
    add(slice) {
      const { levels } = slice;
      if (next > 0 && levels !== most) symmetric = false;
      if (slice.offset !== undefined) symmetric = false;
      if (levels > most) most = levels;
      scale[next] = slice.scale;
      offset[next] = affineOffset(levels, slice.scale, slice.offset);
      next++;
    },
    scheme: () => ({ kind: 'affine', levels: most, scale, ...(symmetric ? {} : { offset }) }),
  };
}

function collectCodebooks(slices: readonly Codebook[]): CodebookScheme {
  const { values } = slices[0] as Codebook;
  const shared = slices.every(
    (slice) => slice.scale !== undefined && slice.thresholds === undefined && haveSame(slice.values, values),
  );
  if (!shared) return collectOwn(slices.map((slice) => ({ ...slice, values: codebookValues(slice) })));
  const scale = Float32Array.from(slices, (slice) => slice.scale as number);
  return { kind: 'codebook', levels: values.length, values: values.slice(), scale };
}

const haveSame = (a: Float32Array, b: Float32Array): boolean =>
  a === b || (a.length === b.length && a.every((value, i) => value === b[i]));

/** Short codebooks repeat their last value; their missing thresholds are never passed. */
function collectOwn(slices: readonly Codebook[]): CodebookScheme {
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
