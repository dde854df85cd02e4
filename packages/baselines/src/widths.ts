/** The integers from `first` to `last`. */
export function widths(first: number, last: number): readonly number[] {
  return Array.from({ length: last - first + 1 }, (_, i) => first + i);
}
