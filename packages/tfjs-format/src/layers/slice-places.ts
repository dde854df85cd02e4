/** A part of an axis, as `start:stop:step` of Python tells it. */
export interface SliceBounds {
  /** Counted from the end where negative; null: from the first place on, or from the last where the step is negative. */
  readonly start: number | null;
  /** The first place that is left out; null: none. */
  readonly stop: number | null;
  readonly step: number;
}

/** The places that Python takes from an axis: the first of them, and how many they are. @param size Of the axis. */
export function slicePlaces(
  size: number,
  { start, stop, step }: SliceBounds,
): { readonly from: number; readonly count: number } {
  const [least, most] = step < 0 ? [-1, size - 1] : [0, size];
  const bound = (value: number | null, fallback: number) =>
    value === null ? fallback : Math.min(most, Math.max(least, value < 0 ? value + size : value));
  const from = bound(start, step < 0 ? most : least);
  const to = bound(stop, step < 0 ? least : most);
  return { from, count: Math.max(0, Math.ceil((to - from) / step)) };
}
