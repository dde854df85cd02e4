import { checkForm } from './check-form.js';
import { checkGrids, checkParameters } from './check-parameters.js';
import { fitAllRows, type FitRows } from './fit-rows.js';
import { gatherScheme } from './scheme.js';
import type { SliceRanges } from './slice-ranges.js';
import type { SliceLayout } from './slicing.js';
import { allSteps, type Steps } from './steps.js';
import type { AffineScheme, Scheme, SliceParameters } from './types.js';

/** How the parameters of slices are chosen. */
export interface SliceFit {
  readonly bits: number;
  /** What each value counts for, row-major. Default: alike. */
  readonly importance?: Float32Array;
  /** Those of one slice, by its number, from its values, and what they count for. */
  readonly fit: (values: Float32Array, slice: number, importance?: Float32Array) => SliceParameters;
  /** Those of all slices, none of which is empty, from all values, instead of `fit`; importance in slice-major order. */
  readonly fitTensor?: (
    slices: readonly Float32Array[],
    importance?: Float32Array,
  ) => readonly SliceParameters[];
  /** Those of all slices, none of which is empty, from their ranges, to the same result; `undefined` where these do not decide. */
  readonly fitRanges?: (ranges: SliceRanges) => AffineScheme | undefined;
  /** Those of slices of equal length, one after the other, instead of `fit`; `undefined` where each is to be fitted. */
  readonly fitRows?: FitRows;
}

/**
 * Chooses the parameters of all slices. Values are put into slice-major order only if a fit looks at them.
 *
 * @param ranges Wanted for `fitRanges`.
 * @throws LowbitError `plugin-failed` for parameters that are not finite or need more bits.
 */
export const fitSlices = (...given: Parameters<typeof slicesInSteps>): Scheme =>
  allSteps(slicesInSteps(...given));

/** As {@link fitSlices}, a slice a step. */
export function* slicesInSteps(
  values: Float32Array,
  layout: SliceLayout,
  { bits, importance, fit, fitTensor, fitRanges, fitRows }: SliceFit,
  where: string,
  ranges?: SliceRanges,
): Steps<Scheme> {
  const { count, start, end } = layout;
  if (values.length === 0) return yield* gatherScheme(count, () => emptySlice, where);
  const grids = ranges && fitRanges?.(ranges);
  if (grids !== undefined) return checkGrids(grids, count, bits, where);
  const together = fitRows && (yield* fitAllRows(values, layout, { bits, fitRows }, where, importance));
  if (together !== undefined) return together;
  const ordered = layout.toSliceMajor(values);
  const counts = importance && layout.toSliceMajor(importance);
  // A buffer of its own for each slice: a plugin may write on it, keep it, or give it away.
  const valuesOf = (slice: number) => ordered.slice(start(slice), end(slice));
  const all = fitTensor?.(
    Array.from({ length: count }, (_, slice) => valuesOf(slice)),
    counts?.slice(),
  );
  const fitOne = (slice: number) =>
    all?.[slice] ?? fit(valuesOf(slice), slice, counts?.slice(start(slice), end(slice)));
  const checked = (slice: number) => checkParameters(checkForm(fitOne(slice), where), bits, where);
  return yield* gatherScheme(count, checked, where);
}

const emptySlice: SliceParameters = { kind: 'affine', levels: 1, scale: 0, offset: 0 };
