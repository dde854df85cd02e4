import { type AffineScheme, type GridStep, searchGrids, toScale } from '@lowbit/core/method';
import { constantGrid, type Affine } from './even-grid.js';
import { existingGrid } from './existing-grid.js';

/** How grids whose levels may lie anywhere are fitted to slices. */
export interface FreeFit {
  readonly levels: number;
  readonly steps: readonly GridStep[];
  /** Values that lie on an even grid already keep it. */
  readonly keeps: boolean;
  /** What each value counts for. Default: alike. */
  readonly importance?: Float32Array | undefined;
  /** The grids of slices with many zeros, where these are others: pruned weights must stay pruned. */
  readonly manyZeros?: SearchOfGrids;
}

/** Gives the grids of slices of equal length, one after the other. @param importance What each value counts for. */
export type SearchOfGrids = (
  values: Float32Array,
  length: number,
  importance: Float32Array | undefined,
) => AffineScheme;

/** Share of exact zeros above which 0 is kept on the grid. */
const manyZeros = 1 / 20;

/** The grids of slices of equal length, one after the other. */
export function freeGrids(values: Float32Array, length: number, fit: FreeFit): AffineScheme {
  const { levels, steps, keeps, importance } = fit;
  const { min, max, zeros, scale, offset } = searchGrids(
    values,
    length,
    { levels, zero: 'anywhere', steps },
    importance,
  );
  const searched = { values, levels };
  const sparse: number[] = [];
  for (let slice = 0; slice < scale.length; slice++) {
    const low = min[slice] as number;
    const high = max[slice] as number;
    const existing =
      keeps && low < high
        ? existingGrid(searched, low, high, slice * length, (slice + 1) * length)
        : undefined;
    if (existing === undefined && (zeros[slice] as number) > length * manyZeros && low < high)
      sparse.push(slice);
    if (existing === undefined && low < high && isGrid(scale[slice] as number, offset[slice] as number))
      continue;
    const grid = existing ?? spanning(levels, low, high);
    scale[slice] = grid.scale;
    offset[slice] = grid.offset as number;
  }
  const grids = { scale, offset };
  if (fit.manyZeros !== undefined) replaceGrids(grids, sparse, { values, importance }, length, fit.manyZeros);
  return { kind: 'affine', levels, scale, offset };
}

/** Fits some of the slices, together, in another way. */
function replaceGrids(
  { scale, offset }: Pick<AffineScheme, 'scale'> & { readonly offset: Float32Array },
  slices: readonly number[],
  { values, importance }: { readonly values: Float32Array } & Pick<FreeFit, 'importance'>,
  length: number,
  fit: SearchOfGrids,
): void {
  if (slices.length === 0) return;
  const picked = (all: Float32Array) => {
    const own = new Float32Array(slices.length * length);
    slices.forEach((slice, i) => own.set(all.subarray(slice * length, (slice + 1) * length), i * length));
    return own;
  };
  const others = fit(picked(values), length, importance && picked(importance));
  slices.forEach((slice, i) => {
    scale[slice] = others.scale[i] as number;
    offset[slice] = others.offset?.[i] as number;
  });
}

/** The one slice of a scheme. */
export function onlySlice({ levels, scale, offset }: AffineScheme): Affine {
  const grid = { kind: 'affine', levels, scale: scale[0] as number } as const;
  return offset === undefined ? grid : { ...grid, offset: offset[0] as number };
}

/** The grid over exactly a range. */
export function spanning(levels: number, min: number, max: number): Affine {
  const scale = min === max ? 0 : spannedScale(levels, min, max);
  return scale === 0 ? constantGrid(levels, (min + max) / 2) : { kind: 'affine', levels, scale, offset: min };
}

/** The step of such a grid. */
export function spannedScale(levels: number, min: number, max: number): number {
  return toScale((max - min) / (levels - 1));
}

/** Whether a search came to numbers that can be stored and divided by. */
export const isGrid = (scale: number, offset: number): boolean =>
  toScale(scale) > 0 && Number.isFinite(scale) && Number.isFinite(offset);
