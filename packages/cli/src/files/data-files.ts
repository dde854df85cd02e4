import { dirname, join } from 'node:path';

import { readExternal } from './read-external.js';

/** The files beside a model, read when they are asked for. */
export interface DataFiles {
  /** Reads one. @throws LowbitError as {@link readExternal}. */
  read(path: string): Promise<Uint8Array>;
  /** Those that were read so far. */
  readonly opened: ReadonlySet<string>;
  /** The file that these bytes, the very same array, were read from. */
  originOf(data: Uint8Array): string | undefined;
}

/** The files beside a model. */
export function dataFilesOf(model: string, signal: AbortSignal): DataFiles {
  const opened = new Set<string>();
  const origins = new WeakMap<Uint8Array, string>();
  return {
    opened,
    async read(path) {
      const file = join(dirname(model), path);
      opened.add(file);
      const data = await readExternal(model, path, signal);
      origins.set(data, file);
      return data;
    },
    originOf: (data) => origins.get(data),
  };
}
