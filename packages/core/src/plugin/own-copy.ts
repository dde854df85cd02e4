/**
 * A copy of plain data (objects, lists, maps, typed arrays), which whoever gets it may write on without harm. Functions and
 * whatever else are passed on as they are.
 */
export function ownCopy<T>(value: T): T {
  return copyOf(value) as T;
}

function copyOf(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value;
  if (ArrayBuffer.isView(value)) return (value as Float32Array).slice();
  if (Array.isArray(value)) return value.map(copyOf);
  if (value instanceof Map) return new Map([...value].map(([key, entry]) => [key, copyOf(entry)]));
  return isPlain(value) ? copyOfObject(value as Record<string, unknown>) : value;
}

function copyOfObject(value: Record<string, unknown>): Record<string, unknown> {
  const copy = { ...value };
  for (const key of Object.keys(copy)) {
    const entry = copy[key];
    if (typeof entry === 'object' && entry !== null) copy[key] = copyOf(entry);
  }
  return copy;
}

function isPlain(value: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}
