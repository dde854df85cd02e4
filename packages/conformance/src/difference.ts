import { show } from './show.js';

/**
 * The first place where two plain values differ, as a sentence; `undefined` when they are equal. Functions
 * are not compared.
 */
export function difference(first: unknown, second: unknown, path = 'it'): string | undefined {
  if (typeof first === 'function' && typeof second === 'function') return undefined;
  if (!isObject(first) || !isObject(second)) {
    return Object.is(first, second) ? undefined : `${path} is first ${show(first)}, then ${show(second)}`;
  }
  for (const key of new Set([...Object.keys(first), ...Object.keys(second)])) {
    const found = difference(first[key], second[key], path === 'it' ? key : `${path}.${key}`);
    if (found !== undefined) return found;
  }
  return undefined;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}
