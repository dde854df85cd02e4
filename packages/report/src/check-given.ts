import type { Report } from '@lowbit/core';
import { checkArgument } from '@lowbit/core/adapter';

/** Whether a value is an object that has a list under each of these names. */
export function hasLists(value: unknown, names: readonly string[]): boolean {
  const members = Object(value) as Readonly<Record<string, unknown>>;
  return names.every((name) => Array.isArray(members[name]));
}

/** Whether a value is a report of `quantize`, in memory or read from JSON. */
export function isReport(value: unknown): value is Report {
  return hasLists(value, ['weights', 'skipped', 'warnings']) && hasLists((value as Report).plan, ['weights']);
}

/** @throws LowbitError `invalid-argument` for what is no report. */
export function checkReport(value: unknown, where: string): asserts value is Report {
  checkArgument(isReport(value), value, { where, expected: 'the report of quantize' });
}

/**
 * Checks the rows of a report, of which each has a text under the name `key`.
 *
 * @throws LowbitError `invalid-argument` for anything else.
 */
export function checkRows(
  rows: unknown,
  key: string,
  wanted: { readonly where: string; readonly expected: string; readonly remedy: string },
): void {
  const isRow = (row: unknown) => typeof (Object(row) as Readonly<Record<string, unknown>>)[key] === 'string';
  checkArgument(Array.isArray(rows) && rows.every(isRow), rows, wanted);
}

/** As {@link checkRows}, for the weights of a report. */
export function checkWeights(rows: unknown, where: string): void {
  checkRows(rows, 'id', { where, expected: 'the weights of a report', remedy: 'Give report.weights.' });
}
