/** Whether a value is an object of names and values, as an object literal makes it; also one of another realm. */
export function isPlainObject(value: unknown): value is object {
  if (typeof value !== 'object' || value === null) return false;
  const prototype = Object.getPrototypeOf(value) as object | null;
  return prototype === null || (!Array.isArray(value) && Object.getPrototypeOf(prototype) === null);
}
