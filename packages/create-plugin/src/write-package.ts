import { LowbitError } from '@lowbit/core';
import { mkdir, readdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';

/**
 * Writes the files of a package into a folder that does not exist yet, or is empty.
 *
 * @throws LowbitError `file-exists` when there is something in the folder, `file-unwritable` when it cannot be written.
 */
export async function writePackage(folder: string, files: ReadonlyMap<string, string>): Promise<void> {
  const present = await contentsOf(folder);
  if (present.length > 0)
    throw new LowbitError({
      code: 'file-exists',
      where: folder,
      expected: 'a new or empty folder',
      received: `one with ${present.slice(0, 3).join(', ')}${present.length > 3 ? ' …' : ''}`,
      remedy: 'Choose another name, or empty the folder.',
    });
  try {
    for (const [path, text] of files) {
      await mkdir(dirname(join(folder, path)), { recursive: true });
      await writeFile(join(folder, path), text, { flag: 'wx' });
    }
  } catch (error) {
    throw unwritable(folder, error);
  }
}

async function contentsOf(folder: string): Promise<readonly string[]> {
  try {
    return await readdir(folder);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw unwritable(folder, error);
  }
}

function unwritable(where: string, cause: unknown): LowbitError {
  const received = cause instanceof Error ? cause.message : String(cause);
  const remedy = 'Run it in a folder that you may write to.';
  return new LowbitError({ code: 'file-unwritable', where, received, remedy }, { cause });
}
