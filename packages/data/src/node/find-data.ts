import { relative } from 'node:path';

import { checkReadOptions } from '../input/check-options.js';
import type { ReadOptions } from '../input/options.js';
import type { DiskFile } from './disk-file.js';
import { findFiles } from './find-files.js';
import { findPath } from './find-path.js';
import { listPaths } from './read-batches.js';

/** A file that holds data. */
export interface FoundData {
  /** Where it lies. */
  readonly path: string;
  /** What it is called, below the folder that was named, where one was: labels may go by it. */
  readonly name: string;
}

/**
 * The files that `readBatches` reads, in the order in which it does, without labels; nothing of them is read.
 *
 * @throws LowbitError as `readBatches`, for paths.
 */
export async function findData(
  paths: string | readonly string[],
  options: ReadOptions,
): Promise<readonly FoundData[]> {
  checkReadOptions(options, {});
  const found: FoundData[] = [];
  for (const path of listPaths(paths)) {
    const { files } = await findFiles(path, options, options.signal);
    const folder = await findPath(path).catch(() => undefined);
    const from = folder?.kind === 'folder' ? folder.file.path : undefined;
    for (const file of files as readonly DiskFile[])
      found.push({
        path: file.path,
        name: from === undefined ? file.name : relative(from, file.path).replaceAll('\\', '/'),
      });
  }
  return found;
}
