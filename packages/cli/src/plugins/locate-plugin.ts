import { stat } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';

import { LowbitError } from '@lowbit/core';

/**
 * What to import for `--plugin`: the URL of a file, from the working directory, or of the entry of a package that is
 * installed there.
 *
 * @param option - that names it
 * @throws LowbitError `file-missing`, or `file-unreadable` for a folder.
 */
export async function locatePlugin(reference: string, folder: string, option = '--plugin'): Promise<string> {
  const path = resolve(folder, reference);
  const found = await stat(path).catch(() => undefined);
  if (found?.isFile()) return pathToFileURL(path).href;
  if (found !== undefined && isPath(reference)) throw notAFile(`${option} ${reference}`);
  const entry = isPath(reference) ? undefined : entryOf(reference, folder);
  if (entry === undefined) throw missing(reference, `${option} ${reference}`);
  return entry;
}

function isPath(reference: string): boolean {
  return /^\.{0,2}[\\/]|^\.{1,2}$|^[a-z]:|\\|\.[cm]?[jt]s$/i.test(reference);
}

/** The entry of an installed package; its name where only `import` can find it, `undefined` when it is not installed. */
function entryOf(name: string, folder: string): string | undefined {
  try {
    return pathToFileURL(createRequire(resolve(folder, 'package.json')).resolve(name)).href;
  } catch (error) {
    const isInstalled = (error as NodeJS.ErrnoException).code === 'ERR_PACKAGE_PATH_NOT_EXPORTED';
    return isInstalled ? name : undefined;
  }
}

function notAFile(where: string): LowbitError {
  return new LowbitError({
    code: 'file-unreadable',
    where,
    expected: 'a JavaScript file, or the name of an installed package',
    received: 'a folder',
  });
}

function missing(reference: string, where: string): LowbitError {
  return new LowbitError({
    code: 'file-missing',
    where,
    expected: 'a file, from the folder that the command runs in, or an installed package',
    remedy: isPath(reference) ? 'Check the path.' : `Run npm install ${reference}, or check the path.`,
  });
}
