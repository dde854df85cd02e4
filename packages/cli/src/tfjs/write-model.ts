import { mkdir, rmdir } from 'node:fs/promises';

import { fileError } from '@lowbit/data/node';

import { checkTarget } from '../files/check-outputs.js';
import { announceUnfinished } from '../files/unfinished.js';
import { writeOutputs, type OutputFile, type WriteOptions } from '../files/write-outputs.js';
import { exists } from '../files/path-exists.js';

/**
 * Writes files, some of them into a folder, which is made when it is not there and taken away again when writing fails.
 *
 * @throws LowbitError as `writeOutputs`.
 */
export async function writeModel(
  folder: string,
  files: readonly OutputFile[],
  options: WriteOptions,
): Promise<void> {
  const isNew = !(await exists(folder));
  if (isNew) await make(folder);
  try {
    for (const { path } of files) await checkTarget(path, options.force);
    await writeOutputs(files, options);
  } catch (error) {
    // Fails when somebody else has put something there, which then stays.
    if (isNew) await rmdir(folder).catch(() => undefined);
    throw error;
  }
}

async function make(folder: string): Promise<void> {
  announceUnfinished(folder);
  try {
    await mkdir(folder);
  } catch (error) {
    throw fileError(error, folder, 'write');
  }
}
