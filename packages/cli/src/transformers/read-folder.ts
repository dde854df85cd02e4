import { readdir, stat } from 'node:fs/promises';
import { join, relative, sep } from 'node:path';

import { fileError } from '@lowbit/data/node';
import type { ModelFolder } from '@lowbit/transformers';

import { dataFilesOf } from '../files/data-files.js';
import { readInput } from '../files/read-input.js';

/**
 * The files of a folder and of folders in it; hidden ones are left out, links to files are followed, as hub caches have them, links to
 * folders are not.
 *
 * @throws LowbitError `file-missing`, `file-unreadable`.
 */
export async function readFolder(root: string, signal: AbortSignal): Promise<ModelFolder> {
  const entries = await readdir(root, { recursive: true, withFileTypes: true }).catch((error: unknown) => {
    throw fileError(error, root, 'read');
  });
  const paths: string[] = [];
  for (const entry of entries) {
    const file = join(entry.parentPath, entry.name);
    const path = relative(root, file).split(sep).join('/');
    if (path.split('/').some((part) => part.startsWith('.'))) continue;
    const isFile = entry.isSymbolicLink() ? await leadsToFile(file) : entry.isFile();
    if (isFile) paths.push(path);
  }
  return {
    paths: paths.sort(),
    read: (path) => readInput(join(root, path), signal),
    beside: (graph) => dataFilesOf(join(root, graph), signal).open,
  };
}

const leadsToFile = async (path: string): Promise<boolean> =>
  stat(path).then(
    (found) => found.isFile(),
    () => false,
  );
