import { checkOptions, optionTypes, type OptionTypes } from '../errors/check-argument.js';
import { LowbitError } from '../errors/error.js';
import { suggestName } from '../errors/nearest-name.js';
import { type SessionOptions, sessionTypes } from './events.js';
import type { ObserveOptions } from './model-run.js';
import type { RunOptions } from './model-run.js';

const observeTypes: OptionTypes<ObserveOptions> = {
  ...sessionTypes,
  sites: optionTypes.texts,
  statistics: optionTypes.any,
  sampleSize: optionTypes.count,
  seed: optionTypes.integer,
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
 * @param siteIds Those that `observe` can be asked for.
 * @throws LowbitError `unsupported-option` for options that there are not, and values that these do not have;
 *   `invalid-argument` for values of other types, and a site that the model does not have.
 */
export function checkPortOptions(
  call: 'observe' | 'features' | 'run',
  options: ObserveOptions | RunOptions,
  siteIds: readonly string[] = [],
): void {
  if (call === 'features') checkOptions(options as SessionOptions, sessionTypes, call);
  else if (call === 'run') checkOptions(options as RunOptions, runTypes, call);
  else checkObserveOptions(options as ObserveOptions, siteIds);
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
  const stranger = options.sites?.find((id) => !ids.includes(id));
  if (stranger === undefined) return;
  throw new LowbitError({
    code: 'invalid-argument',
    where: "observe: option 'sites'",
    expected: 'ids of sites of the model',
    received: stranger,
    ...suggestName(stranger, ids),
  });
}
