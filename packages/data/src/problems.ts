import { LowbitError } from '@lowbit/core';

/** What is wrong with data, besides the place. */
export interface Finding {
  readonly expected?: string;
  readonly received?: string;
  readonly remedy?: string;
}

/** The error `calibration-invalid` at a place: a file, an entry of it, or a line. */
export function invalid(where: string, finding: Finding, cause?: unknown): LowbitError {
  const options = cause === undefined ? undefined : { cause };
  return new LowbitError({ code: 'calibration-invalid', where, ...finding }, options);
}

/** The error for a picture that its decoder refuses. */
export function undecodable(format: string, where: string, cause: unknown): LowbitError {
  const finding = {
    expected: `a ${format} file that can be decoded`,
    received: (cause as Error).message,
    remedy: 'Save the picture again or remove it.',
  };
  return invalid(where, finding, cause);
}

/** The error `invalid-argument` at an option. */
export function invalidArgument(where: string, finding: Finding): LowbitError {
  return new LowbitError({ code: 'invalid-argument', where, ...finding });
}

/** The work that is cancelled, in errors. */
export const reading = 'reading calibration data';

/** What was given in place of something else, in a few words. */
export function givenWords(value: unknown): string {
  if (value instanceof Promise) return 'a promise';
  if (typeof value !== 'object' || value === null) return String(value);
  const kind = Object.prototype.toString.call(value).slice(8, -1);
  return kind === 'Object'
    ? `an object with ${Object.keys(value).slice(0, 5).join(', ') || 'no member'}`
    : kind;
}
