import { checkArgument, checkOptions, optionTypes, type OptionTypes } from '../errors/check-argument.js';
import { LowbitError } from '../errors/error.js';
import { suggestName } from '../errors/nearest-name.js';
import { type SessionOptions, sessionTypes } from './events.js';
import type { ObserveOptions, RunOptions } from './model-run.js';
import type { CaptureInputsOptions, ObserveInputsOptions } from './observed-inputs.js';

const observeTypes: OptionTypes<ObserveOptions> = {
  ...sessionTypes,
  sites: optionTypes.texts,
  statistics: optionTypes.any,
  sampleSize: optionTypes.count,
  seed: optionTypes.integer,
};

const observeInputsTypes: OptionTypes<ObserveInputsOptions> = {
  ...sessionTypes,
  weights: optionTypes.texts,
  seed: optionTypes.integer,
};

const captureInputsTypes: OptionTypes<CaptureInputsOptions> = {
  ...observeInputsTypes,
  biases: optionTypes.texts,
};

const runTypes: OptionTypes<RunOptions> = {
  ...sessionTypes,
  replace: {
    expected: 'a Map of Float32Arrays by the ids of weights',
    fits: (value) =>
      value instanceof Map && [...value.values()].every((values) => values instanceof Float32Array),
  },
  want: optionTypes.texts,
};

const statistics: readonly unknown[] = [undefined, 'ranges', 'all'];

/**
 * Checks the options of what a port may have besides writing.
 *
 * @param ids Sites that `observe`, and weights that `observeInputs` and `captureInputs` can be asked for.
 * @throws LowbitError `unsupported-option` for options that there are not, and values that these do not have;
 *   `invalid-argument` for values of other types, and a site that the model does not have.
 */
export function checkPortOptions(
  call: 'observe' | 'observeInputs' | 'captureInputs' | 'features' | 'run',
  options: ObserveOptions | CaptureInputsOptions | RunOptions,
  ids: readonly string[] = [],
): void {
  if (call === 'features') checkOptions(options as SessionOptions, sessionTypes, call);
  else if (call === 'observeInputs' || call === 'captureInputs')
    checkInputsOptions(call, options as CaptureInputsOptions, ids);
  else if (call === 'run') checkOptions(options as RunOptions, runTypes, call);
  else checkObserveOptions(options as ObserveOptions, ids);
}

function checkObserveOptions(options: ObserveOptions, ids: readonly string[]): void {
  checkOptions(options, observeTypes, 'observe');
  if (!statistics.includes(options.statistics))
    throw new LowbitError({
      code: 'unsupported-option',
      where: "observe: option 'statistics'",
      expected: 'ranges or all',
      received: String(options.statistics),
      ...suggestName(String(options.statistics), ['ranges', 'all']),
    });
  checkIds(options.sites, ids, { where: "observe: option 'sites'", expected: 'ids of sites of the model' });
}

function checkInputsOptions(
  call: 'observeInputs' | 'captureInputs',
  options: CaptureInputsOptions,
  ids: readonly string[],
): void {
  checkOptions(options, call === 'captureInputs' ? captureInputsTypes : observeInputsTypes, call);
  const wanted = (name: string) => ({
    where: `${call}: option '${name}'`,
    expected: 'ids of weights of the model',
  });
  checkArgument(Array.isArray(options.weights), options.weights, wanted('weights'));
  checkIds(options.weights, ids, wanted('weights'));
  checkIds(options.biases, ids, wanted('biases'));
}

function checkIds(
  given: readonly string[] | undefined,
  ids: readonly string[],
  wanted: { readonly where: string; readonly expected: string },
): void {
  const stranger = given?.find((id) => !ids.includes(id));
  if (stranger === undefined) return;
  throw new LowbitError({
    code: 'invalid-argument',
    ...wanted,
    received: stranger,
    ...suggestName(stranger, ids),
  });
}
