import { createRequire } from 'node:module';
import { pathToFileURL } from 'node:url';

import type { GivenOptions } from '../usage/quantize-options.js';
import { imageOptionNames } from '../usage/calibration-options.js';

/** Options of `lowbit quantize` that results of jobs depend on. */
const optionNames = [
  ...(['calibrate', 'labels', 'limit', ...imageOptionNames, 'runtime'] as const),
  ...(['weights', 'granularity', 'parameters', 'rounding', 'firstLast'] as const),
  ...(['include', 'exclude', 'includeOp', 'excludeOp', 'plugin'] as const),
  ...([
    'optimize',
    'target',
    'external',
    'freezeInputs',
    'format',
    'plain',
    'rest',
    'topology',
    'to',
  ] as const),
] as const satisfies readonly (keyof GivenOptions)[];

/** Those of them that say which files are read. */
export const fileOptions: ReadonlySet<string> = new Set(['calibrate', 'labels', 'topology', 'plugin']);

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
