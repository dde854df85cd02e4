/**
 * What functions for authors of methods and adapters take, checked in few words. These run for every slice or weight, so nothing is
 * looked at that grows with the values.
 */
import { checkArgument } from './check-argument.js';

/** @throws LowbitError `invalid-argument` for anything but a typed array or a list. */
export function checkNumbers(value: unknown, where: string): void {
  if (ArrayBuffer.isView(value) || Array.isArray(value)) return;
  checkArgument(false, value, { where, expected: 'numbers, in a typed array or a list' });
}

/** @throws LowbitError `invalid-argument` for anything that is not indexed as a list. */
export function checkList(value: unknown, where: string): void {
  const isList =
    typeof value === 'object' && typeof (value as { length?: unknown } | null)?.length === 'number';
  checkArgument(isList, value, { where, expected: 'a list of numbers' });
}

/** @throws LowbitError `invalid-argument` for anything but a text. */
export function checkText(value: unknown, where: string): void {
  if (typeof value === 'string') return;
  checkArgument(false, value, { where, expected: 'a text' });
}

/** @throws LowbitError `invalid-argument` for anything but a list with entries that fit. */
export function checkListOf(
  fits: (entry: unknown) => boolean,
  value: unknown,
  where: string,
  expected: string,
): void {
  if (Array.isArray(value) && value.every(fits)) return;
  checkArgument(false, value, { where, expected });
}

/**
 * Refuses what lacks one of the members that make a value of its kind.
 *
 * @param expected The kind in words, with where it comes from.
 * @throws LowbitError `invalid-argument`.
 */
export function checkHas(value: unknown, members: readonly string[], where: string, expected: string): void {
  if (hasAll(value, members)) return;
  checkArgument(false, value, { where, expected });
}

function hasAll(value: unknown, members: readonly string[]): boolean {
  if (typeof value !== 'object' || value === null) return false;
  for (const member of members)
    if ((value as Readonly<Record<string, unknown>>)[member] === undefined) return false;
  return true;
}
