/** A value in a message. */
export function wordValue(value: unknown): string {
  if (typeof value === 'string') return `the text '${value.slice(0, 40)}'`;
  if (typeof value === 'function') return `the function ${value.name || 'without a name'}`;
  if (Array.isArray(value)) return 'a list';
  if (typeof value !== 'object' || value === null || value instanceof RegExp)
    return String(value).slice(0, 40);
  const name = (value as { constructor?: { name?: string } }).constructor?.name ?? 'Object';
  return name === 'Object' ? 'an object' : `an object of ${name}`;
}
