import { LowbitError } from '@lowbit/core';
import { optionTypes, suggestName, type OptionType } from '@lowbit/core/adapter';
import type { OnnxModel } from '../model/model.js';
import { initializersStandAlone } from '../target/versions.js';

/** Inputs of a model that become constants: all that have a value in the file, or those of the list; `false`: none. */
export type FreezeInputs = boolean | readonly string[];

/** What `freezeInputs` takes. */
export const freezeInputsType: OptionType = {
  expected: 'true, false, or a list of names of inputs',
  fits: (value) => typeof value === 'boolean' || optionTypes.texts.fits(value),
};

/**
 * Takes inputs that have a value in the file out of the inputs of a model, in place: nobody can give others any more, so that they
 * are constants. Files before IR 4, where every constant is listed so, stay as they are.
 *
 * @throws LowbitError `invalid-argument` for a name that is no input with a value.
 */
export function freezeInputs({ proto: { graph }, ir, name: model }: OnnxModel, inputs: FreezeInputs): void {
  if (graph === undefined || inputs === false) return;
  const valued = new Set(graph.initializer.map(({ name }) => name));
  const possible = graph.input.map(({ name }) => name).filter((name) => valued.has(name));
  const frozen = new Set(inputs === true ? possible : inputs);
  const wrong = [...frozen].find((name) => !possible.includes(name));
  if (wrong !== undefined) throw unknown(wrong, possible, model);
  if (ir >= initializersStandAlone) graph.input = graph.input.filter(({ name }) => !frozen.has(name));
}

function unknown(name: string, possible: readonly string[], model: string): LowbitError {
  return new LowbitError({
    code: 'invalid-argument',
    where: `${model}: freezeInputs`,
    expected: `inputs that have a value in the file: ${possible.join(', ') || 'this one has none'}`,
    received: JSON.stringify(name),
    ...suggestName(name, possible),
  });
}
