import { realpath } from 'node:fs/promises';
import { dirname, isAbsolute, join, relative, resolve, sep } from 'node:path';

import { LowbitError } from '@lowbit/core';
import { fileError } from '@lowbit/data/node';

import { readInput } from './read-input.js';

/**
 * Reads a file that lies beside a model, or in a folder below.
 *
 * @throws LowbitError as {@link findExternal}; `file-unreadable`, `aborted`.
 */
export async function readExternal(model: string, path: string, signal: AbortSignal): Promise<Uint8Array> {
  return readInput(await findExternal(model, path), signal);
}

/**
 * Where a file lies that a model names.
 *
 * @param path - relative to the model's folder, as the model names it
 * @throws LowbitError `external-data` when it leads out of the folder, also through a link; `file-missing`.
 */
export async function findExternal(model: string, path: string): Promise<string> {
  const asNamed = join(dirname(model), path);
  const [folder, file] = await Promise.all([realpath(resolve(dirname(model))), realpath(asNamed)]).catch(
    (error: unknown) => {
      throw fileError(error, asNamed, 'read');
    },
  );
  const way = relative(folder, file);
  if (way === '..' || way.startsWith(`..${sep}`) || isAbsolute(way)) {
    throw new LowbitError({
      code: 'external-data',
      where: model,
      expected: "data in the model's folder",
      received: `${path}, which leads out of it`,
      remedy: "Put the file itself into the model's folder, not a link to it.",
    });
  }
  return file;
}
