import { knownName } from '@lowbit/core/adapter';
import type { CalibrationInput } from './options.js';

/** The input that a name means; undefined for none. */
export function inputNamed(
  name: string | undefined,
  inputs: readonly CalibrationInput[],
): CalibrationInput | undefined {
  if (name === undefined) return undefined;
  const names = inputs.map((input) => input.name);
  return inputs[names.indexOf(knownName(name, names) ?? '')];
}

/** The key under which data have something for an input: no key that is another input's own name. */
export function keyFor(
  { name }: CalibrationInput,
  keys: readonly string[],
  inputs: readonly CalibrationInput[],
): string | undefined {
  if (keys.includes(name)) return name;
  const names = new Set(inputs.map((input) => input.name));
  return knownName(
    name,
    keys.filter((key) => !names.has(key)),
  );
}
