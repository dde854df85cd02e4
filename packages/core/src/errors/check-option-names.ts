import { LowbitError, throwProblems, type Problem } from './error.js';
import { isPlainObject } from './is-plain-object.js';
import { isPromise } from './is-promise.js';
import { suggestPlace } from './other-place.js';
import { wordValue } from './word-value.js';

/**
 * Checks the names of options given in code, which types alone do not where a program is plain JavaScript: a misspelt
 * one would do nothing.
 *
 * @param where What the options are for, for instance `quantize`.
 * @throws LowbitError `unsupported-option` with every name that is not known, and what was probably meant or where it goes;
 *   `invalid-argument` for options that are no plain object: members of a map, of a list or of what a promise
 *   will give would not be read.
 */
export function checkOptionNames(given: object, known: readonly string[], where: string): void {
  if (!isPlainObject(given)) throw noOptions(given, known, where);
  const strangers = Object.keys(given).filter((name) => !known.includes(name));
  throwProblems(
    strangers.map((name): Problem => ({
      code: 'unsupported-option',
      where: `${where}: option '${name}'`,
      expected: known.length === 0 ? 'no option' : `one of the options ${known.join(', ')}`,
      ...suggestPlace(name, known),
    })),
  );
}

function noOptions(given: unknown, known: readonly string[], where: string): LowbitError {
  return new LowbitError({
    code: 'invalid-argument',
    where: `${where}: options`,
    expected: known.length === 0 ? 'an object' : `an object with the members ${known.join(', ')}`,
    ...(isPromise(given) ? { received: 'a promise', remedy: 'Await it.' } : { received: wordValue(given) }),
  });
}
