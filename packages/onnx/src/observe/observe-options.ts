import {
  checkOptionNames,
  LowbitError,
  suggestName,
  type ObserveOptions,
  type RunOptions,
  type SessionOptions,
} from '@lowbit/core';

const sessionOptions = ['signal', 'onProgress'] as const satisfies readonly (keyof SessionOptions)[];
const observeOptions = [
  ...sessionOptions,
  ...(['sites', 'statistics', 'sampleSize', 'seed'] as const),
] as const satisfies readonly (keyof ObserveOptions)[];
const runOptions = [...sessionOptions, 'replace', 'want'] as const satisfies readonly (keyof RunOptions)[];
const kinds: readonly unknown[] = [undefined, 'ranges', 'all'];

/** @throws LowbitError `unsupported-option` for options that `features` does not have. */
export function checkSessionOptions(options: SessionOptions | undefined, where: string): void {
  checkOptionNames(options ?? {}, sessionOptions, where);
}

/** @throws LowbitError `unsupported-option` for options that `run` does not have. */
export function checkRunOptions(options: RunOptions): void {
  checkOptionNames(options, runOptions, 'run');
}

/**
 * Checks the options of `observe` against the ids of the sites that there are.
 *
 * @throws LowbitError `unsupported-option` for options that it does not have, and values that these do not;
 *   `invalid-argument` for a site that the model does not have.
 */
export function checkObserveOptions(options: ObserveOptions = {}, ids: readonly string[]): void {
  checkOptionNames(options, observeOptions, 'observe');
  const { statistics, sites = [] } = options;
  if (!kinds.includes(statistics))
    throw new LowbitError({
      code: 'unsupported-option',
      where: "observe: option 'statistics'",
      expected: 'ranges or all',
      received: String(statistics),
      ...suggestName(String(statistics), ['ranges', 'all']),
    });
  const stranger = sites.find((id) => !ids.includes(id));
  if (stranger === undefined) return;
  throw new LowbitError({
    code: 'invalid-argument',
    where: "observe: option 'sites'",
    expected: 'ids of sites of the model',
    received: stranger,
    ...suggestName(stranger, ids),
  });
}
