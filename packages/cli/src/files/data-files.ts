import { dirname, join } from 'node:path';

import { type PartReader, partReader } from '@lowbit/data/node';

import { findExternal } from './read-external.js';

/** The files beside a model, of which is read what is asked for. */
export interface DataFiles {
  /** Opens one. @throws LowbitError as {@link findExternal} and {@link partReader}. */
  open(path: string): Promise<PartReader>;
  /** Those that were opened so far. */
  readonly opened: ReadonlySet<string>;
  /** The file of which these bytes, the very same array, are all. */
  originOf(data: Uint8Array): string | undefined;
}

/** The files beside a model. */
export function dataFilesOf(model: string, signal: AbortSignal): DataFiles {
  const opened = new Set<string>();
  const origins = new WeakMap<Uint8Array, string>();
  return {
    opened,
    async open(path) {
      const file = await findExternal(model, path);
      opened.add(join(dirname(model), path)).add(file);
      const parts = await partReader(file, signal);
      const { size } = parts;
      return {
        size,
        async read(offset, length) {
          const data = await parts.read(offset, length);
          if (length === size) origins.set(data, file);
          return data;
        },
      };
    },
    originOf: (data) => origins.get(data),
  };
}
