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
