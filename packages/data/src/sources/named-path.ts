import { suggestName } from '@lowbit/core';

import { invalidArgument } from '../invalid.js';
import type { CalibrationInput } from '../spec.js';

/** A path, and the input that it is for when it was given as `INPUT=path`. */
export interface NamedPath {
  readonly path: string;
  readonly input?: CalibrationInput;
}

/** Splits `INPUT=path` when it begins with the name of an input; anything else is a path. */
export function namedPath(given: string, inputs: readonly CalibrationInput[]): NamedPath {
  const [input] = inputs
    .filter(({ name }) => given.startsWith(`${name}=`))
    .sort((a, b) => b.name.length - a.name.length);
  return input === undefined ? { path: given } : { path: given.slice(input.name.length + 1), input };
}

/** Checks that what leads nowhere is not a path behind the name of an unknown input. @throws LowbitError `invalid-argument`. */
export function checkInputName(given: string, inputs: readonly CalibrationInput[]): void {
  const [, name] = /^([^=]+)=/.exec(given) ?? [];
  if (name === undefined) return;
  const known = inputs.map((input) => input.name);
  throw invalidArgument(given, {
    expected: `a path, or one of the inputs ${known.join(', ')} before =`,
    received: `the input ${name}, which the model does not have`,
    remedy: `Write ${known[0]}=PATH.`,
    ...suggestName(name, known),
  });
}
