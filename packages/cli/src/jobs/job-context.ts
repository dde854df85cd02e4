import { createRequire } from 'node:module';
import { pathToFileURL } from 'node:url';

import type { GivenOptions } from '../usage/quantize-options.js';
import { sharedNames } from '../usage/shared-names.js';

/** Options of `lowbit quantize` that results of jobs depend on. */
const optionNames = [
  ...sharedNames.data,
  ...(['weights', 'granularity', 'parameters', 'rounding', 'firstLast', 'metric'] as const),
  ...sharedNames.parts,
  ...sharedNames.form,
] as const satisfies readonly (keyof GivenOptions)[];

/** Those of them that say which files are read. */
export const fileOptions: ReadonlySet<string> = new Set([
  ...['calibrate', 'labels', 'topology', 'plugin', 'metric'],
]);

export type JobOptions = Partial<Pick<GivenOptions, (typeof optionNames)[number]>>;

/** What a thread or a worker opens a model with: plain JSON. Paths are as they were typed. */
export interface JobContext {
  readonly path: string;
  readonly options: JobOptions;
}

export function jobContext(
  path: string,
  given: { readonly [name in keyof GivenOptions]?: GivenOptions[name] | undefined },
): JobContext {
  const chosen = optionNames.flatMap((name) => (given[name] === undefined ? [] : [[name, given[name]]]));
  return { path, options: Object.fromEntries(chosen) as JobOptions };
}

/** The module that opens it, as a file of this package. */
export function jobsModule(): URL {
  const main = createRequire(import.meta.url).resolve('lowbit');
  return new URL('./jobs.js', pathToFileURL(main));
}
