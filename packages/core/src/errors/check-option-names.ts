import { LowbitError, throwProblems, type Problem } from './error.js';
import { suggestName } from './nearest-name.js';

/**
 * Checks the names of options given in code, which types alone do not where a program is plain JavaScript: a misspelt
 * one would do nothing.
 *
 * @param where What the options are for, for instance `quantize`.
 * @throws LowbitError `unsupported-option` with every name that is not known, and what was probably meant;
 *   `invalid-argument` for options that are no object.
 */
export function checkOptionNames(given: object, known: readonly string[], where: string): void {
  if (typeof given !== 'object' || (given as unknown) === null) throw noOptions(given, known, where);
  const strangers = Object.keys(given).filter((name) => !known.includes(name));
  throwProblems(
    strangers.map((name): Problem => ({
      code: 'unsupported-option',
      where: `${where}: option '${name}'`,
      expected: known.length === 0 ? 'no option' : `one of the options ${known.join(', ')}`,
      ...suggestName(name, known),
    })),
  );
}

function noOptions(given: unknown, known: readonly string[], where: string): LowbitError {
  return new LowbitError({
    code: 'invalid-argument',
    where: `${where}: options`,
    expected: `an object with the members ${known.join(', ')}`,
    received: String(given),
  });
}
