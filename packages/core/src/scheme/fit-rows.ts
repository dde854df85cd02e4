import { checkGrids } from './check-parameters.js';
import { affineOffset } from './nearest.js';
import type { SliceLayout } from './slicing.js';
import { sliceTaker } from './take-slices.js';
import type { Steps } from './steps.js';
import type { AffineScheme } from './types.js';

/** How slices of equal length, one after the other, are fitted together; `undefined` where each is to be fitted. */
export type FitRows = (
  values: Float32Array,
  length: number,
  importance?: Float32Array,
) => AffineScheme | undefined;

/** Most values that are fitted together, unless one slice has more: what is worked on stays in the caches, and others have a turn soon. */
const mostTogether = 2 ** 16;

/**
 * Fits stretches of slices of equal length; `undefined` as soon as one of them is to be fitted slice by slice. A stretch is a step.
 *
 * @param values Row-major, and what each counts for.
 * @throws LowbitError `plugin-failed` for grids that are not finite, need more bits, or are not as many as the slices.
 */
export function* fitAllRows(
  values: Float32Array,
  layout: SliceLayout,
  { bits, fitRows }: { readonly bits: number; readonly fitRows: FitRows },
  where: string,
  importance?: Float32Array,
): Steps<AffineScheme | undefined> {
  const { count, start, end } = layout;
  const scale = new Float32Array(count);
  const offset = new Float32Array(count);
  const kinds = new Set<string>();
  let levels = 1;
  // A buffer of its own: a plugin may write on it, keep it, or give it away.
  const take = sliceTaker(values, layout);
  const takeCounts = importance && sliceTaker(importance, layout);
  let first = 0;
  while (first < count) {
    const next = stretchEnd(layout, first);
    const grids = fitRows(take(first, next), end(first) - start(first), takeCounts?.(first, next));
    if (grids === undefined) return undefined;
    checkGrids(grids, next - first, bits, where);
    kinds.add(`${grids.levels} ${grids.offset === undefined}`);
    levels = Math.max(levels, grids.levels);
    scale.set(grids.scale, first);
    offset.set(offsetsOf(grids), first);
    first = next;
    yield;
  }
  const centred = kinds.size === 1 && kinds.has(`${levels} true`);
  return { kind: 'affine', levels, scale, ...(centred ? {} : { offset }) };
}

/** The slice after those that are as long as the first. */
function stretchEnd({ count, length, start, end }: SliceLayout, first: number): number {
  const own = end(first) - start(first);
  const most = Math.min(count, first + Math.max(1, Math.floor(mostTogether / own)));
  if (length !== undefined) return most;
  let next = first + 1;
  while (next < most && end(next) - start(next) === own) next++;
  return next;
}

const offsetsOf = ({ levels, scale, offset }: AffineScheme): Float32Array =>
  offset ?? scale.map((step) => affineOffset(levels, step, undefined));
