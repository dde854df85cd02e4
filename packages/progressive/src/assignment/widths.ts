import { LowbitError } from '@lowbit/core/method';

/** The widths that hardware and file formats store without waste. */
export const snappedWidths: readonly number[] = [1, 2, 4, 8];

/** The bits that may be given: `from` at the start, `to` at the end. */
export interface WidthRange {
  /** 1 … 16, at least `to`. */
  readonly from: number;
  /** 1 … 16. */
  readonly to: number;
  /** Only 8, 4, 2 and 1 bits. */
  readonly snap: boolean;
}

/**
 * The widths of the range, ascending.
 *
 * @throws LowbitError `unsupported-option` unless `from` and `to` are integers from 1 to 16 in this order, or when snapping
 *   leaves none.
 */
export function widthsOf({ from, to, snap }: WidthRange, where: string): readonly number[] {
  const inRange = [from, to].every((bits) => Number.isInteger(bits) && bits >= 1 && bits <= 16);
  const all = inRange && from >= to ? Array.from({ length: from - to + 1 }, (_, i) => to + i) : [];
  const widths = snap ? all.filter((bits) => snappedWidths.includes(bits)) : all;
  if (widths.length > 0) return widths;
  throw new LowbitError({
    code: 'unsupported-option',
    where,
    expected: `integers from 16 to 1 that do not rise${snap ? ', with 8, 4, 2 or 1 among them' : ''}`,
    received: `from ${from}, to ${to}`,
  });
}

/**
 * The nearest width of the list, the wider of two.
 *
 * @param widths ascending, from {@link widthsOf}
 */
export function nearestWidth(wanted: number, widths: readonly number[]): number {
  return widths.reduce((best, width) => (Math.abs(width - wanted) <= Math.abs(best - wanted) ? width : best));
}
