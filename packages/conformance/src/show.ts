/** A value as it stands in a message: numbers in full, at most eight of a list. */
export function show(value: unknown): string {
  if (typeof value === 'string') return `'${value}'`;
  if (ArrayBuffer.isView(value) || Array.isArray(value)) {
    const list = Array.from(value as ArrayLike<unknown>);
    const shown = list.slice(0, 8).map(show).join(', ');
    return list.length > 8 ? `[${shown}, … ${list.length} in all]` : `[${shown}]`;
  }
  if (typeof value !== 'object' || value === null) return String(value);
  const fields = Object.entries(value).map(([key, field]) => `${key}: ${show(field)}`);
  return `{ ${fields.join(', ')} }`;
}

/** Whether two lists hold the same numbers; 0 and −0 count as the same. */
export function sameNumbers(a: ArrayLike<number>, b: ArrayLike<number>): boolean {
  return a.length === b.length && Array.from(a).every((value, i) => value === b[i]);
}
