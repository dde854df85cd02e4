import { LowbitError, throwProblems, type Problem } from './error.js';
import { checkOptionNames } from './check-option-names.js';
import { isPromise } from './is-promise.js';
import { wordValue } from './word-value.js';

/** What an argument should have been. */
export interface WantedArgument {
  /** The call, for instance `saveGraph(model, target)`. */
  readonly where: string;
  readonly expected: string;
  readonly remedy?: string;
}

/**
 * Refuses an argument that does not fit, which types alone do not where a program is plain JavaScript.
 *
 * @throws LowbitError `invalid-argument`; for a promise it says to await it.
 */
export function checkArgument(fits: boolean, value: unknown, wanted: WantedArgument): void {
  if (!fits) throw new LowbitError(wrongArgument(value, wanted));
}

function wrongArgument(value: unknown, { where, expected, remedy }: WantedArgument): Problem {
  const told = isPromise(value) ? 'Await it.' : remedy;
  return {
    code: 'invalid-argument',
    where,
    expected,
    received: isPromise(value) ? 'a promise' : wordValue(value),
    ...(told === undefined ? {} : { remedy: told }),
  };
}

/** The remedy of an option for a value that does not fit. */
export function remedyFor(value: unknown, remedy: OptionType['remedy']): { readonly remedy?: string } {
  if (remedy === undefined) return {};
  return { remedy: typeof remedy === 'string' ? remedy : remedy(value) };
}

/** What an option takes, in words and as a test; where it is left out, that fits too. */
export interface OptionType {
  readonly expected: string;
  readonly fits: (value: unknown) => boolean;
  /** What to do instead, in every case or for this value. */
  readonly remedy?: string | ((value: unknown) => string);
}

export const optionTypes = {
  flag: { expected: 'true or false', fits: (value) => typeof value === 'boolean' },
  callback: { expected: 'a function', fits: (value) => typeof value === 'function' },
  signal: {
    expected: 'the signal of an AbortController',
    fits: (value) => typeof (Object(value) as { aborted?: unknown }).aborted === 'boolean',
    remedy: 'Give its member: signal: controller.signal.',
  },
  count: {
    expected: 'a whole number above 0',
    fits: (value) => Number.isSafeInteger(value) && (value as number) > 0,
  },
  integer: { expected: 'an integer', fits: Number.isSafeInteger },
  texts: {
    expected: 'a list of texts',
    fits: (value) => Array.isArray(value) && value.every((text) => typeof text === 'string'),
  },
  /** What is checked elsewhere. */
  any: { expected: 'any value', fits: () => true },
} as const satisfies Readonly<Record<string, OptionType>>;

/** The types of options that `T` declares, all of them. */
export type OptionTypes<T> = { readonly [name in keyof Required<T>]: OptionType };

/**
 * Checks the names of options, and that each that is given is of its type.
 *
 * @param where What the options are for, for instance `quantize`.
 * @throws LowbitError `unsupported-option` for unknown names, `invalid-argument` for values, all in one.
 */
export function checkOptions<T extends object>(given: T, types: OptionTypes<T>, where: string): void {
  checkOptionNames(given, Object.keys(types), where);
  throwProblems(
    Object.entries<OptionType>(types).flatMap(([name, { fits, expected, remedy }]) => {
      const value = given[name as keyof T] as unknown;
      const place = `${where}: option '${name}'`;
      const told = remedyFor(value, remedy);
      return value === undefined || fits(value)
        ? []
        : [wrongArgument(value, { where: place, expected, ...told })];
    }),
  );
}
