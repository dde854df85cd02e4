import type { AffineScheme, ParameterStorage, Scheme } from './types.js';
import { levelsOf } from './scheme.js';

/** What float16 moves a number by at most, where it has all its digits, as a share of it. */
const float16Rounding = 2 ** -11;
/** The most that a level may move, as a share of its slice's span, however few levels there are. */
const mostMoved = 1 / 32;
/** The same for two-level parameters, which are coarse by design: a scale may not double. */
const mostMovedByTwoLevel = 1 / 2;

/**
 * Whether parameters were rounded so little that no level moves by more than half a step, or by more than the rounding of float16
 * does anyway. A slice that vanishes, or loses its place, is not close.
 */
export function isClose(exact: Scheme, rounded: Scheme, storage: ParameterStorage): boolean {
  const levels = levelsOf(exact);
  const share =
    storage === 'float16'
      ? Math.max(float16Rounding, Math.min(mostMoved, 1 / (2 * (levels - 1))))
      : mostMovedByTwoLevel;
  if (exact.kind === 'affine') return areClose(exact, rounded as AffineScheme, share);
  if (exact.kind === 'codebook' && exact.scale !== undefined) {
    const { scale = exact.scale } = rounded as typeof exact;
    return exact.scale.every((value, s) => Math.abs(value - (scale[s] as number)) <= share * value);
  }
  const [width, before, after] =
    exact.kind === 'codebook'
      ? [exact.levels, exact.values, (rounded as typeof exact).values]
      : [exact.order, exact.scales, (rounded as typeof exact).scales];
  for (let from = 0; from < before.length; from += width) {
    const list = before.subarray(from, from + width);
    const allowed = share * (exact.kind === 'codebook' ? spanOf(list) : reachOf(list));
    if (list.some((value, i) => !(Math.abs(value - (after[from + i] as number)) <= allowed))) return false;
  }
  return true;
}

/** Whether, in every slice, neither the offset nor the end of the grid moves by more than a share of its span. */
function areClose(exact: AffineScheme, rounded: AffineScheme, share: number): boolean {
  const steps = exact.levels - 1;
  for (let s = 0; s < exact.scale.length; s++) {
    const scale = exact.scale[s] as number;
    const offset = exact.offset?.[s] ?? 0;
    const allowed = share * (scale === 0 ? Math.abs(offset) : steps * scale);
    const moved = Math.abs(offset - (rounded.offset?.[s] ?? 0));
    const stretched = steps * Math.abs(scale - (rounded.scale[s] as number));
    if (!(moved <= allowed && stretched <= allowed)) return false;
  }
  return true;
}

/** From the first of ascending values to the last, or the size of the value where they are equal. */
function spanOf(values: Float32Array): number {
  const [first, last] = [values[0] as number, values[values.length - 1] as number];
  return last === first ? Math.abs(first) : last - first;
}

function reachOf(values: Float32Array): number {
  return values.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
}
